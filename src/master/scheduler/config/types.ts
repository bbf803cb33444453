/** Settings of one scheduler, as `KubeSchedulerConfiguration` (kubescheduler.config.k8s.io/v1) has them. */
export interface SchedulerConfig {
  readonly profiles: readonly ProfileConfig[]
  /** 0: fewer the larger the cluster, as kube-scheduler does. */
  readonly percentageOfNodesToScore: number
  /** Default 1,000. */
  readonly initialBackoffMs: number
  /** Default 10,000. */
  readonly maxBackoffMs: number
}

/** A set of plugins under a name that pods may ask for (`spec.schedulerName`). */
export interface ProfileConfig {
  readonly schedulerName: string
  readonly plugins: readonly PluginChoice[]
  /** Absent: the scheduler's. */
  readonly percentageOfNodesToScore?: number
}

/** A plugin's own settings, such as `NodeResourcesFitArgs`. */
export type PluginArgs = Readonly<Record<string, unknown>>

/** A plugin as a profile uses it. */
export interface PluginChoice {
  readonly name: string
  /** Of its score. */
  readonly weight: number
  /** Extension points at which it is asked; others are passed over. */
  readonly points: ReadonlySet<ExtensionPoint>
  readonly args: PluginArgs
}

/** Extension points as a profile names them. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const
export type ExtensionPoint = (typeof EXTENSION_POINTS)[number]

/** A setting that cannot be used; the message names it as upstream's validation does. */
export class SchedulerConfigError extends Error {
  override readonly name = 'SchedulerConfigError'
}
