import { hasReason } from '../../base/index.ts'
import { type Endpoints, endpoints, pods, semanticEqual, services } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  ENDPOINTS_MANAGED_BY,
  ENDPOINTS_MANAGER,
  endpointsFrom,
  planEndpoints,
} from './endpoints-plan.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
} from './runtime.ts'
import { isManaged, selectedPods, servicesOfPod } from './service-backends.ts'
import { LAST_CHANGE, TriggerTimes, withLastChange } from './trigger-time.ts'

/** Keeps the older Endpoints object of each service with a selector, beside its slices. */
export function endpointsController(context: ControllerContext): Controller {
  const reconciler = new EndpointsReconciler(context)
  return {
    name: 'endpoints-controller',
    sources: [
      objectsOf(reconciler.services),
      objectsOf(reconciler.endpoints),
      changesOf(reconciler.pods, (change) => servicesOfPod(reconciler.services, change)),
    ],
    reconcile: (key, options) => reconciler.reconcile(key, options),
  }
}

class EndpointsReconciler {
  readonly services
  readonly pods
  readonly endpoints
  readonly #context: ControllerContext
  readonly #changes = new TriggerTimes()

  constructor(context: ControllerContext) {
    this.#context = context
    this.services = context.informers.for(services)
    this.pods = context.informers.for(pods)
    this.endpoints = context.informers.for(endpoints)
  }

  async reconcile(key: ObjectKey, options: { signal: AbortSignal }): Promise<ReconcileResult> {
    const service = this.services.get(key)
    const existing = this.endpoints.get(key)
    if (!service) {
      this.#changes.forget(key)
      // Those that somebody else made stay: a service may yet come for them.
      if (existing && isOurs(existing)) await this.#remove(existing, options)
      return done
    }
    if (!isManaged(service) || service.metadata.deletionTimestamp !== undefined) return done
    const backends = selectedPods(service, this.pods)
    const changed = this.#changes.look(key, { service, pods: backends })
    const before = existing && draft<Endpoints>(existing)
    const plan = endpointsFrom(service, planEndpoints(service, backends), before)
    const { annotations, ...metadata } = plan.metadata
    const next = { ...plan, metadata: { ...metadata, ...withLastChange(annotations, changed) } }
    const client = this.#context.client.for(endpoints)
    if (!before) await this.#create(next, options)
    else if (!isSame(before, next)) await client.update(next, options)
    return done
  }

  async #create(next: Endpoints, options: { signal: AbortSignal }): Promise<void> {
    const { client, recorder } = this.#context
    try {
      await client.for(endpoints).create(next, options)
    } catch (error) {
      // Our cache is behind; its event brings the service back.
      if (hasReason(error, 'AlreadyExists')) return
      if (hasReason(error, 'Forbidden')) {
        const { name = '', namespace = '' } = next.metadata
        const message = `Failed to create endpoint for service ${namespace}/${name}: ${error.message}`
        recorder.event(
          { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace } },
          { type: 'Warning', reason: 'FailedToCreateEndpoint', message },
        )
      }
      throw error
    }
  }

  async #remove(existing: Cached<Endpoints>, options: { signal: AbortSignal }): Promise<void> {
    const { name, namespace, uid } = existing.metadata
    try {
      const client = this.#context.client.for(endpoints)
      await client.delete({ name, namespace }, { preconditions: { uid } }, options)
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    }
  }
}

function isOurs(existing: Cached<Endpoints>): boolean {
  return existing.metadata.labels?.[ENDPOINTS_MANAGED_BY] === ENDPOINTS_MANAGER
}

function isSame(before: Endpoints, next: Endpoints): boolean {
  return (
    semanticEqual(before.subsets, next.subsets) &&
    semanticEqual(before.metadata.labels, next.metadata.labels) &&
    semanticEqual(stable(before), stable(next))
  )
}

/** When it changed is no change by itself. */
function stable({ metadata }: Endpoints): object {
  const { [LAST_CHANGE]: _, ...annotations } = metadata.annotations ?? {}
  return annotations
}
