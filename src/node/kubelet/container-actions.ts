import { sleep } from '../../base/index.ts'
import { Backoff } from './backoff.ts'
import type { ContainerMemory } from './container-memory.ts'
import type { Action } from './container-plan.ts'
import { ContainerStarter, MountFailure } from './container-starter.ts'
import type { PodContext } from './context.ts'
import { DownwardError } from './downward.ts'
import { ConfigError } from './environment.ts'
import { runHook } from './hooks.ts'
import { type ContainerView, fieldPathOf, type PodView, runContainers } from './pod-words.ts'
import { type ObservedContainer, RuntimeError, type Sandbox } from './runtime/types.ts'

const RETRY_MS = 2_000
/** A hook without a bound of its own. */
const POST_START_TIMEOUT_MS = 300_000
/** After its preStop hook a container has at least this long (upstream: 2 s). */
const GRACE_SECONDS_MIN = 2

/** The worker of a pod, as its parts see it. */
export interface PodOwner {
  pod(): PodView
  memory(name: string): ContainerMemory
  /** Something has changed: the owner has another look. */
  poke(): void
}

/** Starts and stops the containers of one pod, with hooks and events. */
export class ContainerActions {
  /** What this host cannot give the pod, once a container was started. */
  limitation: string | undefined
  readonly #context: PodContext
  readonly #owner: PodOwner
  readonly #starter: ContainerStarter
  readonly #pullBackoff = new Backoff()
  #inFlight = 0

  constructor(context: PodContext, owner: PodOwner) {
    this.#context = context
    this.#owner = owner
    this.#starter = new ContainerStarter(context)
  }

  /** Hooks and stops that are under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Starts a container; a failure becomes its waiting state and an event. */
  async start(container: ContainerView, attempt: number, signal: AbortSignal): Promise<void> {
    const memory = this.#owner.memory(container.name)
    const { runtime } = this.#context
    const pod = this.#owner.pod()
    const sandbox = runtime.sandbox(pod.metadata.uid)
    if (!sandbox || !this.#pull(container, memory)) return
    memory.retryAtMs = undefined
    memory.resized = false
    memory.hook = container.lifecycle?.postStart && !runtime.hollow ? 'running' : 'none'
    try {
      const beforeStart = (config: Parameters<typeof runtime.limitation>[0]) => {
        this.limitation ??= runtime.limitation(config)
      }
      const request = { pod, sandbox, container, attempt, beforeStart }
      const observed = await this.#starter.start(request, { signal })
      memory.waiting = undefined
      this.#normal('Created', `Created container: ${container.name}`, container)
      this.#normal('Started', `Started container ${container.name}`, container)
      if (memory.hook === 'running') this.#postStart(container, observed, signal)
    } catch (error) {
      if (signal.aborted) throw error
      this.#startFailed(container, memory, error)
    }
  }

  stop(
    { container, observed, cause }: Action & { kind: 'stop' },
    graceSeconds: number,
    signal: AbortSignal,
  ): void {
    const memory = this.#owner.memory(container.name)
    const hook = new AbortController()
    memory.busy = true
    memory.stopping = { containerId: observed.id, hook }
    this.#normal('Killing', cause.message || `Stopping container ${container.name}`, container)
    this.#beside(async () => {
      try {
        const inner = AbortSignal.any([hook.signal, signal])
        await this.#stop(container, observed, { graceSeconds, signal: inner })
      } finally {
        memory.busy = false
        memory.resized = false
        memory.stopping = undefined
        memory.hook = 'none'
      }
    }, signal)
  }

  /** The grace of stops that are under way is cut to `graceSeconds` from now. */
  cutGrace(graceSeconds: number): void {
    for (const { name } of runContainers(this.#owner.pod().spec)) {
      const { stopping } = this.#owner.memory(name)
      if (!stopping) continue
      stopping.hook.abort()
      const graceMs = graceSeconds * 1000
      this.#context.runtime.stopContainer(stopping.containerId, { graceMs }).catch(() => undefined)
    }
  }

  /** Brings changed ConfigMaps and Secrets into the pod's volumes. */
  refreshVolumes(sandbox: Sandbox, signal: AbortSignal): void {
    this.#beside(async () => {
      const maxAgeMs = RETRY_MS
      await this.#starter.refreshVolumes(this.#owner.pod(), sandbox, { maxAgeMs, signal })
    }, signal)
  }

  event(
    event: { type: 'Normal' | 'Warning'; reason: string; message: string },
    of?: ContainerView,
  ): void {
    const pod = this.#owner.pod()
    const fieldPath = of && fieldPathOf(pod.spec, of.name)
    // Objects out of a list carry no kind; an event must name it.
    const about = { ...pod, kind: 'Pod', apiVersion: 'v1' }
    this.#context.events.event(about, { ...event, ...(fieldPath && { fieldPath }) })
  }

  #pull(container: ContainerView, memory: ContainerMemory): boolean {
    const { runtime, clock } = this.#context
    const image = container.image ?? ''
    const hasCommand = (container.command ?? []).length > 0
    const result = runtime.image(image, { hasCommand })
    if (result.kind === 'present') {
      memory.pullFailure = undefined
      this.#normal('Pulled', `Container image "${image}" already present on machine`, container)
      return true
    }
    const nowMs = clock.nowMs()
    if (container.imagePullPolicy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`
      this.#warning('ErrImageNeverPull', message, container)
      this.#warning('Failed', 'Error: ErrImageNeverPull', container)
      memory.waiting = { reason: 'ErrImageNeverPull', message }
      memory.retryAtMs = nowMs + RETRY_MS * 5
      return false
    }
    const { message } = result
    this.#normal('Pulling', `Pulling image "${image}"`, container)
    this.#warning('Failed', `Failed to pull image "${image}": ${message}`, container)
    this.#warning('Failed', 'Error: ErrImagePull', container)
    this.#pullBackoff.advance(image, nowMs)
    memory.waiting = { reason: 'ErrImagePull', message }
    memory.pullFailure = { atMs: nowMs, message, told: false }
    memory.retryAtMs = nowMs + this.#pullBackoff.delayMs(image)
    return false
  }

  #startFailed(container: ContainerView, memory: ContainerMemory, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    memory.hook = 'none'
    memory.retryAtMs = this.#context.clock.nowMs() + RETRY_MS
    if (error instanceof MountFailure) {
      this.#warning('FailedMount', message)
      return
    }
    if (error instanceof RuntimeError) {
      memory.waiting = { reason: error.reason, message }
      // A command that could not be run has left an attempt behind, which backs off by itself.
      if (error.reason === 'RunContainerError') memory.retryAtMs = undefined
    } else {
      const known = error instanceof ConfigError || error instanceof DownwardError
      if (!known) this.#context.log.warn('a container could not be configured', { error })
      memory.waiting = { reason: 'CreateContainerConfigError', message }
    }
    this.#warning('Failed', `Error: ${message}`, container)
    this.#owner.poke()
  }

  #postStart(container: ContainerView, observed: ObservedContainer, signal: AbortSignal): void {
    const memory = this.#owner.memory(container.name)
    this.#beside(async () => {
      const why = await this.#hook(container, observed, {
        hook: container.lifecycle?.postStart,
        timeoutMs: POST_START_TIMEOUT_MS,
        signal,
      })
      if (memory.hook !== 'running') return
      memory.hook = why === undefined ? 'none' : 'failed'
      if (why !== undefined) this.#warning('FailedPostStartHook', 'PostStartHook failed', container)
    }, signal)
  }

  async #stop(
    container: ContainerView,
    observed: ObservedContainer,
    { graceSeconds, signal }: { graceSeconds: number; signal: AbortSignal },
  ): Promise<void> {
    const { clock, runtime } = this.#context
    let graceMs = Math.max(graceSeconds, 1) * 1000
    const preStop = container.lifecycle?.preStop
    if (preStop && graceSeconds > 0 && !runtime.hollow) {
      const startedMs = clock.monotonicMs()
      const call = { hook: preStop, timeoutMs: graceMs, signal }
      const why = await this.#hook(container, observed, call)
      if (why !== undefined && !signal.aborted) {
        this.#warning('FailedPreStopHook', 'PreStopHook failed', container)
      }
      const spentMs = clock.monotonicMs() - startedMs
      graceMs = Math.max(graceMs - spentMs, GRACE_SECONDS_MIN * 1000)
    }
    const { stopSignal } = container.lifecycle ?? {}
    await runtime.stopContainer(observed.id, { graceMs, ...(stopSignal && { signal: stopSignal }) })
  }

  #hook(
    container: ContainerView,
    observed: ObservedContainer,
    call: {
      hook: Parameters<typeof runHook>[0] | undefined
      timeoutMs: number
      signal: AbortSignal
    },
  ): Promise<string | undefined> {
    const { net, clock, runtime } = this.#context
    const podIp = runtime.sandbox(this.#owner.pod().metadata.uid)?.ip ?? ''
    const target = {
      container,
      podIp,
      exec: (command: Parameters<typeof runtime.exec>[1]) => runtime.exec(observed.id, command),
    }
    const { hook = {}, ...options } = call
    return runHook(hook, target, { ...options, net, clock })
  }

  /** Runs `work` beside the worker's rounds; a failure is logged, and looked at again soon. */
  #beside(work: () => Promise<void>, signal: AbortSignal): void {
    this.#inFlight++
    work()
      .catch(async (error: unknown) => {
        if (signal.aborted) return
        const { name, namespace } = this.#owner.pod().metadata
        this.#context.log.warn('work on a container failed', { pod: name, namespace, error })
        await sleep(this.#context.clock, RETRY_MS, { signal }).catch(() => undefined)
      })
      .finally(() => {
        this.#inFlight--
        this.#owner.poke()
      })
  }

  #normal(reason: string, message: string, of?: ContainerView): void {
    this.event({ type: 'Normal', reason, message }, of)
  }

  #warning(reason: string, message: string, of?: ContainerView): void {
    this.event({ type: 'Warning', reason, message }, of)
  }
}
