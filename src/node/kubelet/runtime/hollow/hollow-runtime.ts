import {
  type Clock,
  type ExecResult,
  present,
  ProcessError,
  type Timer,
  type Usage,
} from '../../../../base/index.ts'
import { AddressPool } from '../address-pool.ts'
import {
  type ContainerConfig,
  type ImageResult,
  type LiveCommand,
  type ObservedContainer,
  type PodIdentity,
  type Runtime,
  type Sandbox,
  RuntimeError,
} from '../types.ts'

export interface HollowRuntimeConfig {
  readonly version: string
  /** Pods get addresses out of this block, such as `10.128.1.0/24`; they lead nowhere. */
  readonly podCidr: string
  readonly nodeIp: string
  /** How long a container takes to start. Default 0. */
  readonly startLatencyMs?: number
}

interface HollowPod {
  readonly sandbox: Sandbox
  readonly containers: ObservedContainer[]
}

/** As the process runtime's image of that name. */
const JOB_IMAGE = /^navarch\/job(:|$)/

/** Containers that do nothing: for clusters of thousands of nodes in one process. */
export class HollowRuntime implements Runtime {
  readonly version: string
  readonly hollow = true
  readonly #config: HollowRuntimeConfig
  readonly #clock: Clock
  readonly #pods = new Map<string, HollowPod>()
  readonly #timers = new Set<Timer>()
  readonly #addresses: AddressPool
  #onChange: (podUid: string) => void = () => undefined
  #nextId = 0

  constructor(config: HollowRuntimeConfig, parts: { clock: Clock }) {
    this.version = `hollow://${config.version}`
    this.#config = config
    this.#addresses = new AddressPool(config.podCidr)
    this.#clock = parts.clock
  }

  start(onChange: (podUid: string) => void): Promise<readonly PodIdentity[]> {
    this.#onChange = onChange
    return Promise.resolve([])
  }

  ensureSandbox(pod: PodIdentity, options: { hostNetwork: boolean }): Promise<Sandbox> {
    const existing = this.#pods.get(pod.uid)
    if (existing) return Promise.resolve(existing.sandbox)
    const ip = options.hostNetwork ? this.#config.nodeIp : this.#addresses.take()
    if (ip === undefined) {
      const message = `all addresses of ${this.#config.podCidr} are taken`
      return Promise.reject(new RuntimeError('CreatePodSandboxError', message))
    }
    const sandbox = { ip, folder: '' }
    this.#pods.set(pod.uid, { sandbox, containers: [] })
    return Promise.resolve(sandbox)
  }

  sandbox(podUid: string): Sandbox | undefined {
    return this.#pods.get(podUid)?.sandbox
  }

  image(image: string): ImageResult {
    return { kind: 'present', imageId: `hollow://${image}` }
  }

  startContainer(pod: PodIdentity, config: ContainerConfig): Promise<ObservedContainer> {
    const { containers } = present(this.#pods.get(pod.uid), 'the sandbox of a hollow pod')
    return new Promise((resolve) => {
      const timer = this.#clock.after(this.#config.startLatencyMs ?? 0, () => {
        this.#timers.delete(timer)
        const { name, attempt, image, hash } = config
        const observed: ObservedContainer = {
          id: String(++this.#nextId).padStart(64, '0'),
          name,
          attempt,
          image,
          imageId: `hollow://${image}`,
          hash,
          state: { kind: 'running', startedAtMs: this.#clock.nowMs() },
        }
        containers.push(observed)
        resolve(observed)
        if (JOB_IMAGE.test(image)) this.#endSoon(pod.uid, observed.id)
      })
      this.#timers.add(timer)
    })
  }

  /** The one image whose containers end by themselves, as soon as they have begun. */
  #endSoon(podUid: string, id: string): void {
    const timer = this.#clock.after(this.#config.startLatencyMs ?? 0, () => {
      this.#timers.delete(timer)
      void this.stopContainer(id).then(() => this.#onChange(podUid))
    })
    this.#timers.add(timer)
  }

  /** A hollow container uses nothing, and there is nothing to be measured. */
  usage(): Promise<ReadonlyMap<string, Usage>> {
    return Promise.resolve(new Map())
  }

  containers(podUid: string): readonly ObservedContainer[] {
    return this.#pods.get(podUid)?.containers ?? []
  }

  stopContainer(id: string): Promise<void> {
    for (const { containers } of this.#pods.values()) {
      const index = containers.findIndex((c) => c.id === id)
      const found = containers[index]
      if (found?.state.kind !== 'running') continue
      const { startedAtMs } = found.state
      const end = { exitCode: 0, reason: 'Completed', finishedAtMs: this.#clock.nowMs() }
      containers[index] = { ...found, state: { kind: 'exited', startedAtMs, ...end } }
    }
    return Promise.resolve()
  }

  removeContainer(id: string): Promise<void> {
    for (const { containers } of this.#pods.values()) {
      const index = containers.findIndex((c) => c.id === id)
      if (index >= 0) containers.splice(index, 1)
    }
    return Promise.resolve()
  }

  removeSandbox(podUid: string): Promise<void> {
    const ip = this.#pods.get(podUid)?.sandbox.ip
    if (ip !== undefined) this.#addresses.release(ip)
    this.#pods.delete(podUid)
    return Promise.resolve()
  }

  exec(): Promise<ExecResult> {
    return Promise.reject(new ProcessError('a hollow container runs no commands'))
  }

  open(): Promise<LiveCommand> {
    return Promise.reject(new ProcessError('a hollow container runs no commands'))
  }

  attach(): Promise<LiveCommand> {
    return Promise.reject(new ProcessError('a hollow container can be attached to by nobody'))
  }

  async *logs(): AsyncIterable<Uint8Array> {
    // A hollow container says nothing.
  }

  limitation(): undefined {
    return undefined
  }

  close(): Promise<void> {
    for (const timer of this.#timers) timer.cancel()
    return Promise.resolve()
  }
}
