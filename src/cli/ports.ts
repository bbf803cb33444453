/** What the commands need of the world: the local cluster, and the terminal. */

/** A failure that the user can do something about: its message is all that is shown. Exit code 1. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** A command that was called wrongly. Exit code 2. */
export class UsageError extends UserError {}

export interface Terminal {
  out(text: string): void
  err(text: string): void
}

/** A part of the cluster that is a process of its own: a master or a node. */
export interface MasterStatus {
  readonly name: string
  /** 0 while it does not run. */
  readonly pid: number
  /** `unresponsive`: it is starting, or hangs. */
  readonly state: 'running' | 'unresponsive' | 'stopped'
  /** Null while it does not answer. */
  readonly raft: {
    readonly role: string
    readonly term: number
    readonly commitIndex: number
    readonly appliedIndex: number
  } | null
  readonly leads: {
    readonly store: boolean
    readonly controllers: boolean
    readonly scheduler: boolean
  }
  readonly api: { readonly endpoint: string; readonly healthy: boolean }
}

export interface NodeStatus {
  readonly name: string
  /** 0 while it does not run. */
  readonly pid: number
  /** False, too, while no master can tell: see `known`. */
  readonly ready: boolean
  /** Pods bound to it that have not ended; 0 while no master can tell. */
  readonly pods: number
  /** Whether the API could be asked about it. */
  readonly known: boolean
}

export interface ClusterStatus {
  readonly masters: readonly MasterStatus[]
  readonly nodes: readonly NodeStatus[]
  /** What the user should know, such as Services on other ports than asked for. */
  readonly notes: readonly string[]
}

export interface BackupInfo {
  readonly revision: number
  readonly totalKey: number
  readonly totalSize: number
  /** CRC-32C over keys and values, eight hexadecimal digits, as etcdctl prints it. */
  readonly hash: string
}

/** Up to where: the newest state at or before it. Neither: all that there is. */
export interface ArchivePoint {
  readonly revision?: number
  /** Unix milliseconds, by the clock of the master that archived. */
  readonly timeMs?: number
}

export interface KillReport {
  readonly master: string
  readonly led: string
  /** Longest time between two acknowledged writes around the kill. */
  readonly gapMs: number
  /** Until a scale made after the kill was seen by the controllers; null without a controller. */
  readonly scaledMs: number | null
  readonly rejoinedMs: number
}

export interface FailoverReport {
  readonly kills: readonly KillReport[]
  readonly medianGapMs: number
  readonly acknowledgedWrites: number
  readonly lostWrites: number
}

export interface RestoreReport {
  readonly objects: number
  readonly missing: readonly string[]
  readonly changedUids: readonly string[]
  readonly revision: number
  readonly savedMs: number
  readonly restoredMs: number
}

/** Programs of a cluster that take flags of their own, as `navarch up` names them. */
export const FLAGGED = ['apiserver', 'controller-manager', 'scheduler', 'kubelet'] as const
/** `name=value` for each program, as their own command lines have them. */
export type PartArgs = Readonly<Partial<Record<(typeof FLAGGED)[number], readonly string[]>>>

/** What a new cluster shall be; for one that is there, what it must be. */
export interface ClusterSize {
  readonly masters?: number
  readonly nodes?: number
  /** Nodes without containers. */
  readonly hollowNodes?: number
  /** The store and the API alone: no controllers, no scheduler, no nodes. */
  readonly apiOnly?: boolean
  /** Where each master archives its log, in a folder of its own; empty: nowhere any more. */
  readonly archive?: string
  /** Replace those that the cluster has; others stay. */
  readonly args?: PartArgs
}

export interface CallContext {
  readonly signal: AbortSignal
  /** One line about what happens now. */
  readonly progress: (line: string) => void
}

/** What runs once `up` is done. */
export interface Started {
  readonly kubeconfig: string
  readonly tookMs: number
  readonly masters: number
  readonly nodes: number
  readonly hollowNodes: number
  readonly apiOnly: boolean
}

/** One local cluster: what lies in a data folder, and the processes that belong to it. */
export interface ClusterControl {
  up(size: ClusterSize, context: CallContext): Promise<Started>
  /** False when there was none to purge. */
  down(options: { purge: boolean }, context: CallContext): Promise<boolean>
  status(context: { signal: AbortSignal }): Promise<ClusterStatus>
  kill(name: string, signal: string): Promise<void>
  start(name: string, context: CallContext): Promise<void>
  /** One more node, which joins with a bootstrap token; its name. */
  addNode(context: CallContext): Promise<string>
  logs(
    name: string,
    options: { follow: boolean; tail: number | undefined; signal: AbortSignal },
  ): AsyncIterable<string>
  /** Variables for kubectl and etcdctl. */
  environment(): Promise<Readonly<Record<string, string>>>
  backupSave(file: string, context: CallContext): Promise<BackupInfo>
  backupStatus(file: string): Promise<BackupInfo>
  backupRestore(file: string, context: CallContext): Promise<BackupInfo>
  /** The same from what the masters archived, as it was at a revision or time. */
  archiveRestore(
    archive: { readonly folder: string; readonly to: ArchivePoint },
    context: CallContext,
  ): Promise<BackupInfo>
  drillFailover(options: { times: number }, context: CallContext): Promise<FailoverReport>
  drillRestore(context: CallContext): Promise<RestoreReport>
}

export interface SimulateOptions {
  /** Replays this one, twice. */
  readonly seed?: number
  /** Tries this many. */
  readonly seeds?: number
}

export interface CliPorts {
  readonly terminal: Terminal
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly version: string
  /** A path of the working folder, from the root. */
  absolute(path: string): string
  /** Runs the simulator; false when it found a broken promise. */
  simulate(options: SimulateOptions): Promise<boolean>
  /** The cluster of a data folder; undefined: `.navarch` in the working folder. */
  cluster(dataDir: string | undefined): ClusterControl
}
