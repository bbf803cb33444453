import type { ExecResult, LiveProcess, Usage } from '../../../base/index.ts'

/** Which pod: the uid tells two pods of one name apart. */
export interface PodIdentity {
  readonly uid: string
  readonly namespace: string
  readonly name: string
}

/** What a pod has before its first container: a folder and an address. */
export interface Sandbox {
  readonly ip: string
  readonly folder: string
}

/** A host path that a container sees at `mountPath`. */
export interface Mount {
  readonly name: string
  readonly mountPath: string
  readonly hostPath: string
  /** The volume that it is, or is a part of. Absent: it is the whole. */
  readonly volumePath?: string
  readonly readOnly: boolean
  /** It is the pod's own: filled by its containers (`empty`), or with files by the kubelet. */
  readonly owned?: 'empty' | 'files' | undefined
  /** It is of the container's image, no volume. */
  readonly ofImage?: boolean
}

/** As whom a container runs. */
export interface ContainerUser {
  readonly uid: number
  readonly gid: number
  /** Beside its own. */
  readonly groups: readonly number[]
  /** To which the pod's own volumes belong. */
  readonly fsGroup?: number
  /** `allowPrivilegeEscalation: false` */
  readonly noNewPrivileges: boolean
}

/** A file of the pod's own that containers see in place of the host's at `path`. */
export interface PodFile {
  readonly path: string
  readonly hostPath: string
}

/** Everything a runtime needs to run one attempt of one container. */
export interface ContainerConfig {
  readonly name: string
  /** 0 for the first start; the restart count of the pod's status. */
  readonly attempt: number
  readonly image: string
  /** The pod's words; empty means the image's own. */
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string | undefined
  /** Its own, where the host allows mounts. Absent: the host's. */
  readonly hostname?: string | undefined
  /** What is not a volume can only be read, where the host allows mounts. */
  readonly readOnlyRoot?: boolean
  /** Absent: as the agent. */
  readonly user?: ContainerUser | undefined
  readonly mounts: readonly Mount[]
  /** Shown where the host allows mounts; elsewhere the host's files stay in sight. */
  readonly files: readonly PodFile[]
  /** It has a standard input that one can attach to; ended with the first that attaches, if `once`. */
  readonly stdin?: { readonly once: boolean } | undefined
  /** It runs on a terminal. */
  readonly tty?: boolean
  /** Changes when the container must be replaced (upstream: the hash of its image). */
  readonly hash: string
  /** Where in the container the last words are written, and whether logs stand in for them. */
  readonly terminationMessagePath: string
  readonly fallbackToLogs: boolean
}

export type ContainerRunState =
  | { readonly kind: 'running'; readonly startedAtMs: number }
  | {
      readonly kind: 'exited'
      readonly startedAtMs: number
      readonly finishedAtMs: number
      readonly exitCode: number
      readonly signal?: number
      /** `Completed`, `Error`, `StartError`, `ContainerStatusUnknown`. */
      readonly reason: string
      readonly message?: string
    }

/** One attempt of one container, as the runtime knows it. */
export interface ObservedContainer {
  /** Unique over the node's life. */
  readonly id: string
  readonly name: string
  readonly attempt: number
  readonly image: string
  readonly imageId: string
  readonly hash: string
  readonly state: ContainerRunState
}

export type ImageResult =
  | { readonly kind: 'present'; readonly imageId: string }
  /** `message` says what the user can do. */
  | { readonly kind: 'missing'; readonly message: string }

/** What `kubectl logs` asks for; absent means no limit. */
export interface LogOptions {
  readonly follow: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly sinceMs?: number
  readonly limitBytes?: number
}

/** Why a container could not be started; `reason` is the kubelet's waiting reason. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly reason: 'CreateContainerError' | 'RunContainerError' | 'CreatePodSandboxError'
  constructor(reason: RuntimeError['reason'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}

/** A command in a container, with its streams. With a terminal all output comes on `stdout`. */
export interface LiveCommand extends LiveProcess {
  /** The terminal has another size; without one it does nothing. In characters. */
  resize(size: { width: number; height: number }): Promise<void>
}

/**
 * Runs containers. Containers outlive the node agent: after `start` the runtime knows again what an
 * earlier agent started. Calls about one pod come one at a time, except `stopContainer`, `exec`,
 * `open` and `attach`.
 */
export interface Runtime {
  /** `containerRuntimeVersion` of the node: `process://0.1.0`. */
  readonly version: string
  /** Nothing really runs: no probes, volumes or hooks. */
  readonly hollow: boolean
  /** Finds what still runs. `onChange` is called with the uid of a pod whose container ended. */
  start(onChange: (podUid: string) => void): Promise<readonly PodIdentity[]>
  /** Idempotent: the pod keeps its address. Throws `RuntimeError`. */
  ensureSandbox(pod: PodIdentity, options: { hostNetwork: boolean }): Promise<Sandbox>
  sandbox(podUid: string): Sandbox | undefined
  /** Whether an image can be run, given whether the pod names a command of its own. */
  image(image: string, options: { hasCommand: boolean }): ImageResult
  /**
   * Throws `RuntimeError`. A command that cannot be run leaves an exited attempt behind
   * (`StartError`, exit code 128), as containerd does.
   */
  startContainer(pod: PodIdentity, config: ContainerConfig): Promise<ObservedContainer>
  /** What each running container uses, by id; nothing where that is not known. */
  usage(): Promise<ReadonlyMap<string, Usage>>
  /** All attempts that are kept, oldest first. */
  containers(podUid: string): readonly ObservedContainer[]
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. A later call may only shorten. */
  stopContainer(id: string, options: { graceMs: number; signal?: string }): Promise<void>
  /** Forgets an ended attempt and removes its logs. */
  removeContainer(id: string): Promise<void>
  /** Kills whatever runs, removes the pod's folder and gives its address back. */
  removeSandbox(podUid: string): Promise<void>
  /** Runs a command where the container's processes run. Throws `ProcessError`. */
  exec(
    id: string,
    options: { command: readonly string[]; timeoutMs: number; signal?: AbortSignal },
  ): Promise<ExecResult>
  /** Runs a command there for somebody who talks to it. Throws `ProcessError`. */
  open(
    id: string,
    options: { command: readonly string[]; tty: boolean; signal: AbortSignal },
  ): Promise<LiveCommand>
  /**
   * A running container as if it were a command: what it writes from now on, and its standard
   * input if it has one. Throws `ProcessError`.
   */
  attach(id: string, options: { stdin: boolean; signal: AbortSignal }): Promise<LiveCommand>
  /** The attempt's log. Ends at its end, or with the container if `follow`. */
  logs(id: string, options: LogOptions & { signal: AbortSignal }): AsyncIterable<Uint8Array>
  /** What the pods cannot have on this host, told once per pod: `mountPath …`. */
  limitation(config: ContainerConfig): string | undefined
  /** Stops watching; containers run on. */
  close(): Promise<void>
}
