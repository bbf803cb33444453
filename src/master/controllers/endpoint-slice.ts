import { hasReason } from '../../base/index.ts'
import {
  type EndpointSlice,
  endpointSlices,
  keyOf,
  nodes,
  pods,
  services,
  splitKey,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { MANAGED_BY, MANAGER, planSlices, type SlicePlan } from './endpoint-slice-plan.ts'
import { Expectations } from './expectations.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  requeueAfter,
  syncOf,
} from './runtime.ts'
import { isManaged, selectedPods, SERVICE_NAME, servicesOfPod } from './service-backends.ts'
import { TriggerTimes, withLastChange } from './trigger-time.ts'

const BY_SERVICE = 'service'
/** A pod's node is not in our cache yet: look again after this. */
const NODE_RETRY_MS = 1000

/** Shows the pods behind each service with a selector in endpoint slices. */
export function endpointSliceController(context: ControllerContext): Controller {
  const reconciler = new EndpointSliceReconciler(context)
  return {
    name: 'endpointslice-controller',
    sources: [
      objectsOf(reconciler.services),
      changesOf(reconciler.pods, (change) => servicesOfPod(reconciler.services, change)),
      changesOf(reconciler.slices, (change) => reconciler.servicesOfSlice(change)),
      syncOf(reconciler.nodes),
    ],
    reconcile: (key, options) => reconciler.reconcile(key, options),
  }
}

class EndpointSliceReconciler {
  readonly services
  readonly pods
  readonly slices
  readonly nodes
  readonly #context: ControllerContext
  readonly #changes = new TriggerTimes()
  readonly #expectations: Expectations

  constructor(context: ControllerContext) {
    this.#context = context
    this.services = context.informers.for(services)
    this.pods = context.informers.for(pods)
    this.slices = context.informers.for(endpointSlices)
    this.nodes = context.informers.for(nodes)
    this.#expectations = new Expectations(context)
    this.slices.addIndex(BY_SERVICE, (slice) => {
      const key = serviceKey(slice)
      return key === undefined ? [] : [key]
    })
  }

  servicesOfSlice({ old, now }: Change<EndpointSlice>): Iterable<ObjectKey> {
    const keys = new Set<ObjectKey>()
    for (const slice of [old, now]) {
      const key = slice && serviceKey(slice)
      if (!slice || key === undefined) continue
      keys.add(key)
      if (!now) this.#expectations.deletionObserved(key, slice.metadata.uid)
      else if (!old) this.#expectations.creationObserved(key)
    }
    return keys
  }

  async reconcile(key: ObjectKey, options: { signal: AbortSignal }): Promise<ReconcileResult> {
    const service = this.services.get(key)
    if (!service) {
      this.#changes.forget(key)
      // Its slices go with it, by the garbage collector.
      this.#expectations.forget(key)
      return done
    }
    if (!isManaged(service) || service.metadata.deletionTimestamp !== undefined) return done
    if (!this.#expectations.satisfied(key)) return done
    const backends = selectedPods(service, this.pods)
    const changed = this.#changes.look(key, { service, pods: backends })
    const plan = planSlices({
      service,
      pods: backends,
      slices: [...this.slices.byIndex(BY_SERVICE, key)].filter(
        (slice) => slice.metadata.deletionTimestamp === undefined,
      ),
      node: (name) => this.nodes.get(name),
    })
    await this.#apply(key, { plan, changed }, options)
    return plan.incomplete ? requeueAfter(NODE_RETRY_MS) : done
  }

  async #apply(
    key: ObjectKey,
    { plan, changed }: { plan: SlicePlan; changed: string | undefined },
    options: { signal: AbortSignal },
  ): Promise<void> {
    const client = this.#context.client.for(endpointSlices)
    if (plan.create.length + plan.remove.length > 0) {
      const deletions = plan.remove.map((slice) => slice.metadata.uid)
      this.#expectations.expect(key, { creations: plan.create.length, deletions })
    }
    try {
      for (const slice of plan.create) {
        const metadata = { ...slice.metadata, ...withLastChange(undefined, changed) }
        await client.create({ ...slice, metadata }, options)
      }
      for (const { slice, next } of plan.update) {
        const now = draft<EndpointSlice>(slice)
        const { labels } = next.metadata
        const { annotations, ...rest } = now.metadata
        const metadata = { ...rest, labels, ...withLastChange(annotations, changed) }
        await client.update({ ...now, ...next, metadata } as EndpointSlice, options)
      }
      for (const slice of plan.remove) {
        const { name, namespace, uid } = slice.metadata
        await client.delete({ name, namespace }, { preconditions: { uid } }, options)
      }
    } catch (error) {
      // What was done is not known any more; the next look is at a cache that may lag a little.
      this.#expectations.forget(key)
      if (hasReason(error, 'NotFound') && !this.services.get(key)) return
      throw error
    }
  }
}

/** The service of a slice that is ours to manage. */
function serviceKey(slice: Cached<EndpointSlice>): ObjectKey | undefined {
  const labels = slice.metadata.labels ?? {}
  const name = labels[SERVICE_NAME]
  if (name === undefined || labels[MANAGED_BY] !== MANAGER) return undefined
  return keyOf({ metadata: { name, namespace: splitKey(keyOf(slice)).namespace } })
}
