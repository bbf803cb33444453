import {
  type Clock,
  ConnectionError,
  type DeepReadonly,
  hasReason,
  type Log,
  type Random,
  sleep,
  type Timer,
  withTimeout,
} from '../../base/index.ts'
import { formatMicroTime, leases, type Node, nodes, type Stored } from '../../api/index.ts'
import { Backoff, type Client, type Informer, type Informers } from '../../client/index.ts'
import type { AdmissionNode } from './pod-admission.ts'
import {
  type NodeFacts,
  nodeObject,
  nodeStatus,
  nodeStatusPatch,
  sameNodeStatus,
} from './node-status.ts'

const STATUS_CHECK_MS = 10_000
/** A status that has not changed is written this often all the same (`nodeStatusReportFrequency`). */
const STATUS_REPORT_MS = 300_000
const LEASE_NAMESPACE = 'kube-node-lease'
const LEASE_DURATION_SECONDS = 40
const LEASE_RENEW_MS = 10_000
const RETRY_MS_MIN = 100
const RETRY_MS_MAX = 7_000
const FIRST_ATTEMPT_MS = 500
const ATTEMPT_MS_MAX = 10_000
const FIRST_RETRY_MS_MAX = 300
/** A wait for masters that is longer than this, from the node's start, is worth a warning. */
const SETTLED_MS = 60_000

/** An attempt has been cut short. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** Registers the node, and keeps its status and its lease fresh. */
export class NodeRegistrar {
  readonly #facts: NodeFacts
  readonly #client: Client
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Log
  readonly #startedMs: number
  readonly #informer: Informer<Node>
  #reportedAtMs = 0
  #toldReason = ''
  #node: DeepReadonly<Stored<Node>> | undefined

  constructor(
    facts: NodeFacts,
    parts: { client: Client; informers: Informers; clock: Clock; random: Random; log: Log },
  ) {
    this.#facts = facts
    this.#client = parts.client
    this.#clock = parts.clock
    this.#startedMs = parts.clock.monotonicMs()
    this.#random = parts.random
    this.#log = parts.log
    const fieldSelector = `metadata.name=${facts.name}`
    this.#informer = parts.informers.for(nodes, { fieldSelector })
  }

  /** What the API says of the node, if it has been asked. */
  get node(): AdmissionNode | undefined {
    const object = this.#informer.get(this.#facts.name) ?? this.#node
    const { capacity, allocatable = capacity } = this.#facts
    return object && { object, allocatable: { ...object.status.allocatable, ...allocatable } }
  }

  /** Returns once the node is registered and Ready; tries for as long as it takes. */
  async register(signal: AbortSignal): Promise<DeepReadonly<Stored<Node>>> {
    // A client's own retries grow apart while no master answers; cut short and begun anew they stay
    // close, so that a node is Ready soon after the first master is.
    let patienceMs = FIRST_ATTEMPT_MS
    return this.#untilDone('the node could not be registered', signal, () => {
      const attemptMs = patienceMs
      patienceMs = Math.min(patienceMs * 1.5, ATTEMPT_MS_MAX)
      const onTimeout = () => new NoAnswer('no master has answered')
      const attempt = (inner: AbortSignal) => this.#register(inner)
      return withTimeout(this.#clock, attemptMs, onTimeout, attempt, { signal })
    })
  }

  /** Until the signal: heartbeats by lease, status when it has changed or is due. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#keepLease(signal), this.#keepStatus(signal)])
  }

  async #register(signal: AbortSignal): Promise<DeepReadonly<Stored<Node>>> {
    const client = this.#client.for(nodes)
    const nowMs = this.#clock.nowMs()
    const wanted = nodeObject(this.#facts, nowMs)
    let node: Stored<Node>
    try {
      node = await client.create(wanted, { signal })
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error
      const body = { metadata: { labels: wanted.metadata.labels } }
      node = await client.patch({ name: this.#facts.name }, { type: 'merge', body }, { signal })
    }
    this.#node = node
    if (!this.#isRight(node)) await this.#writeStatus(signal)
    this.#reportedAtMs = nowMs
    this.#log.info('the node is registered', { node: this.#facts.name })
    return this.#node
  }

  async #writeStatus(signal: AbortSignal): Promise<void> {
    const before = this.#node?.status
    const nowMs = this.#clock.nowMs()
    const status = nodeStatus(this.#facts, { before, nowMs })
    const body = nodeStatusPatch(before, status)
    const patch = { type: 'strategic', body, subresource: 'status' } as const
    this.#node = await this.#client.for(nodes).patch({ name: this.#facts.name }, patch, { signal })
    this.#reportedAtMs = nowMs
  }

  async #keepStatus(signal: AbortSignal): Promise<void> {
    let wake: () => void = () => undefined
    // Also what is heard while nobody naps is looked at.
    let isWrong = false
    const remove = this.#informer.addHandler(({ now }) => {
      if (now) this.#node = now
      isWrong = !now || !this.#isRight(now)
      if (isWrong) wake()
    })
    try {
      while (!signal.aborted) {
        await this.#napUntil(isWrong ? 0 : STATUS_CHECK_MS, signal, (resolve) => {
          wake = resolve
        })
        isWrong = false
        if (signal.aborted) return
        await this.#untilDone('the node status could not be written', signal, () =>
          this.#checkStatus(signal),
        )
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      remove()
    }
  }

  async #checkStatus(signal: AbortSignal): Promise<void> {
    const node = this.#informer.synced ? this.#informer.get(this.#facts.name) : this.#node
    const isDue = this.#clock.nowMs() - this.#reportedAtMs >= STATUS_REPORT_MS
    if (node && !isDue && this.#isRight(node)) return
    try {
      if (node) await this.#writeStatus(signal)
      else await this.#register(signal)
    } catch (error) {
      // Someone has deleted the node: it comes back.
      if (!hasReason(error, 'NotFound')) throw error
      await this.#register(signal)
    }
  }

  #isRight(node: DeepReadonly<Node>): boolean {
    const before = node.status
    return sameNodeStatus(before, nodeStatus(this.#facts, { before, nowMs: this.#clock.nowMs() }))
  }

  async #keepLease(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#untilDone('the node lease could not be renewed', signal, () =>
          this.#renewLease(signal),
        )
        await sleep(this.#clock, LEASE_RENEW_MS, { signal })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #renewLease(signal: AbortSignal): Promise<void> {
    const { name } = this.#facts
    const client = this.#client.for(leases)
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: LEASE_DURATION_SECONDS,
      renewTime: formatMicroTime(this.#clock.nowMs()),
    }
    const at = { namespace: LEASE_NAMESPACE, name }
    try {
      await client.patch(at, { type: 'merge', body: { spec } }, { signal })
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
      const uid = this.#node?.metadata.uid
      const owner = { apiVersion: 'v1', kind: 'Node', name, uid: uid ?? '' }
      const metadata = { ...at, ...(uid && { ownerReferences: [owner] }) }
      await client.create({ metadata, spec }, { signal })
    }
  }

  async #untilDone<T>(failure: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    // Until it has registered once, a node is what somebody waits for.
    const msMax = this.#node ? RETRY_MS_MAX : FIRST_RETRY_MS_MAX
    const backoff = new Backoff(this.#random, { msMin: RETRY_MS_MIN, msMax })
    for (;;) {
      const startedMs = this.#clock.monotonicMs()
      try {
        return await work()
      } catch (error) {
        if (signal.aborted) throw error
        this.#tell(failure, error)
      }
      // What an attempt took has been waited already.
      const leftMs = backoff.nextMs() - (this.#clock.monotonicMs() - startedMs)
      await sleep(this.#clock, Math.max(0, leftMs), { signal })
    }
  }

  /** A node that starts waits for masters, and these for each other and for namespaces: no fault. */
  #tell(failure: string, error: unknown): void {
    const node = this.#facts.name
    const isWait =
      error instanceof NoAnswer || error instanceof ConnectionError || hasReason(error, 'NotFound')
    const isExpected = isWait && this.#clock.monotonicMs() - this.#startedMs < SETTLED_MS
    if (!isExpected) {
      this.#log.warn(failure, { node, error })
      return
    }
    const reason = error instanceof Error ? error.message : String(error)
    if (reason === this.#toldReason) return
    this.#toldReason = reason
    this.#log.info('the node waits for the masters', { node, reason })
  }

  async #napUntil(
    ms: number,
    signal: AbortSignal,
    onWake: (resolve: () => void) => void,
  ): Promise<void> {
    let timer: Timer | undefined
    let onAbort: () => void = () => undefined
    await new Promise<void>((resolve) => {
      onWake(resolve)
      onAbort = resolve
      signal.addEventListener('abort', onAbort, { once: true })
      timer = this.#clock.after(ms, resolve)
    })
    signal.removeEventListener('abort', onAbort)
    timer?.cancel()
  }
}
