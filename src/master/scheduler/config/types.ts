/** Settings of one scheduler, as `KubeSchedulerConfiguration` (kubescheduler.config.k8s.io/v1) has them. */
export interface SchedulerConfig {
  readonly profiles: readonly ProfileConfig[]
  readonly extenders: readonly ExtenderConfig[]
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

/** A server that has its say in scheduling. Verbs that are empty are not called. */
export interface ExtenderConfig {
  readonly urlPrefix: string
  readonly filterVerb: string
  readonly prioritizeVerb: string
  readonly preemptVerb: string
  readonly bindVerb: string
  /** Of its scores. */
  readonly weight: number
  readonly timeoutMs: number
  /** It knows the nodes: it is sent their names alone. */
  readonly nodeCacheCapable: boolean
  /** Pods are scheduled without its word when it cannot be asked. */
  readonly ignorable: boolean
  /** If there are any, it is asked only about pods that want one of them. */
  readonly managedResources: readonly {
    readonly name: string
    readonly ignoredByScheduler: boolean
  }[]
  readonly enableHttps: boolean
  readonly tls: ExtenderTls
}

/** Files and base64 of PEM, as they are given; empty where absent. */
export interface ExtenderTls {
  readonly insecure: boolean
  readonly serverName: string
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string
  readonly certData: string
  readonly keyData: string
  readonly caData: string
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
