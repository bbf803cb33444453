import type { Clock } from '../../../base/index.ts'
import { sleep } from '../../../base/index.ts'
import type { ClusterLookups, ObjectPlace } from '../framework/lookups.ts'
import type { PodView } from '../framework/types.ts'
import { claimNamesOf, type ClaimView, isBound, SELECTED_NODE } from './pod-claims.ts'
import { keyOfClaim } from './volume-matching.ts'
import type { VolumePlan } from './volume-binding.ts'

/** Writes what a plan says; the volume controllers do the rest. */
export interface VolumeWrites {
  /** Promises the volume to the claim (`spec.claimRef`). */
  claimVolume(name: string, claim: ClaimView, options: { signal: AbortSignal }): Promise<void>
  /** Asks for a volume for the node (`volume.kubernetes.io/selected-node`). */
  selectNode(claim: ObjectPlace, nodeName: string, options: { signal: AbortSignal }): Promise<void>
}

/** kube-scheduler's `bindTimeoutSeconds`. */
const BIND_TIMEOUT_MS_DEFAULT = 600_000
const POLL_MS = 50

/** Keeps volumes for pods that have a node, until their claims are bound. */
export class VolumeBinder {
  readonly #lookups: ClusterLookups
  readonly #clock: Clock
  readonly #writes: VolumeWrites
  readonly #timeoutMs: number
  readonly #plans = new Map<string, { plan: VolumePlan; nodeName: string }>()
  readonly #taken = new Map<string, string>()

  constructor(parts: {
    lookups: ClusterLookups
    clock: Clock
    writes: VolumeWrites
    timeoutMs?: number
  }) {
    this.#lookups = parts.lookups
    this.#clock = parts.clock
    this.#writes = parts.writes
    this.#timeoutMs = parts.timeoutMs ?? BIND_TIMEOUT_MS_DEFAULT
  }

  /** Volumes that are promised, with the key of their claim. */
  get taken(): ReadonlyMap<string, string> {
    return this.#taken
  }

  reserve(podUid: string, plan: VolumePlan, nodeName: string): void {
    this.#plans.set(podUid, { plan, nodeName })
    for (const [claim, volume] of plan.matched) this.#taken.set(volume, claim)
  }

  release(podUid: string): void {
    const reserved = this.#plans.get(podUid)
    this.#plans.delete(podUid)
    for (const volume of reserved?.plan.matched.values() ?? []) this.#taken.delete(volume)
  }

  /** Resolves once all claims of the pod are bound. Throws when that takes too long or is refused. */
  async bind(pod: PodView, { signal }: { signal: AbortSignal }): Promise<void> {
    const { uid, namespace } = pod.metadata
    const reserved = this.#plans.get(uid)
    if (!reserved) return
    const { plan, nodeName } = reserved
    if (plan.matched.size + plan.provisioned.length > 0) {
      await this.#write(plan, nodeName, signal)
      await this.#untilBound(pod, { namespace, nodeName, signal })
    }
    this.release(uid)
  }

  async #write(plan: VolumePlan, nodeName: string, signal: AbortSignal): Promise<void> {
    for (const [key, volume] of plan.matched) {
      const claim = this.#lookups.claim(placeOf(key))
      if (!claim) throw new Error(`the claim ${key} is gone`)
      await this.#writes.claimVolume(volume, claim, { signal })
    }
    for (const claim of plan.provisioned) {
      if (claim.metadata.annotations?.[SELECTED_NODE] === nodeName) continue
      await this.#writes.selectNode(placeOf(keyOfClaim(claim)), nodeName, { signal })
    }
  }

  async #untilBound(
    pod: PodView,
    { namespace, nodeName, signal }: { namespace: string; nodeName: string; signal: AbortSignal },
  ): Promise<void> {
    const deadlineMs = this.#clock.monotonicMs() + this.#timeoutMs
    const names = claimNamesOf(pod).map(({ name }) => name)
    const asked = new Set<string>()
    for (;;) {
      const open = names.filter((name) => {
        const claim = this.#lookups.claim({ namespace, name })
        if (claim && isBound(claim)) return false
        const selected = claim?.metadata.annotations?.[SELECTED_NODE]
        if (selected === nodeName) asked.add(name)
        // A provisioner that cannot serve the node takes the request back.
        else if (asked.has(name)) throw new Error(`no volume for claim ${name} on ${nodeName}`)
        return true
      })
      if (open.length === 0) return
      if (this.#clock.monotonicMs() > deadlineMs) {
        throw new Error(`timed out waiting for the claims ${open.join(', ')} to be bound`)
      }
      await sleep(this.#clock, POLL_MS, { signal })
    }
  }
}

function placeOf(key: string): ObjectPlace {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name }
}
