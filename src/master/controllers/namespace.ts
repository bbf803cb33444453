import { hasReason, StatusError } from '../../base/index.ts'
import {
  customResourceDefinitions,
  customResources,
  type KubeObject,
  type Namespace,
  NAMESPACE_FINALIZER,
  namespaces,
  pods,
  type Resource,
  type Stored,
} from '../../api/index.ts'
import { listAll, type ObjectKey, type ReconcileResult, resourcePath } from '../../client/index.ts'
import { namespaceConditions, type Remains, sameConditions } from './namespace-conditions.ts'
import {
  type Cached,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  requeueAfter,
} from './runtime.ts'

/** What remains is looked at again after a tenth of the time that it has taken so far. */
const RETRY_SHARE = 0.1
const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 15_000

/** Empties namespaces that are being deleted, and then lets them go. */
export function namespaceController(context: ControllerContext): Controller {
  const reconciler = new NamespaceReconciler(context)
  return {
    name: 'namespace-controller',
    sources: [objectsOf(reconciler.namespaces)],
    reconcile: (key, options) => reconciler.reconcile(key, options),
  }
}

type Call = { signal: AbortSignal }

class NamespaceReconciler {
  readonly namespaces
  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    this.namespaces = context.informers.for(namespaces)
  }

  async reconcile(key: ObjectKey, options: Call): Promise<ReconcileResult> {
    const cached = this.namespaces.get(key)
    if (cached?.metadata.deletionTimestamp === undefined) return done
    const namespace = await this.#live(cached, options)
    if (!namespace?.spec.finalizers?.includes(NAMESPACE_FINALIZER)) return done
    const remains = await this.#empty(namespace, options)
    const reported = await this.#report(namespace, remains, options)
    if (remains.failures.length > 0 || remains.objects.size > 0) {
      return requeueAfter(this.#retryMs(namespace))
    }
    await this.#finalize(reported, options)
    return done
  }

  /** The cache may be behind, and what follows is not to be undone. */
  async #live(cached: Cached<Namespace>, options: Call): Promise<Stored<Namespace> | undefined> {
    try {
      const { name, uid } = cached.metadata
      const live = await this.#context.client.for(namespaces).get({ name }, options)
      return live.metadata.uid === uid ? live : undefined
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  async #empty(namespace: Stored<Namespace>, options: Call): Promise<Remains> {
    const remains: Remains = { objects: new Map(), finalizers: new Map(), failures: [] }
    const all = [...this.#context.resources, ...(await this.#customResources(options))]
    const resources = all.filter(
      ({ namespaced, verbs }) => namespaced && verbs.includes('delete') && verbs.includes('list'),
    )
    // Pods go first, and while they are there all else stays: policies that confine them, say.
    const order = [...resources].sort((a, b) => Number(isPods(b)) - Number(isPods(a)))
    for (const [at, resource] of order.entries()) {
      if (at > 0 && remains.objects.has(pods.plural)) break
      try {
        await this.#emptyOf(resource, namespace.metadata.name, remains, options)
      } catch (error) {
        if (isUnserved(error)) continue
        if (!(error instanceof StatusError)) throw error
        remains.failures.push(`${resource.plural}: ${error.message}`)
      }
    }
    return remains
  }

  /** Custom resources as they are defined now: asked of the server, for what is left counts. */
  async #customResources(options: Call): Promise<Resource[]> {
    const { client, resources } = this.#context
    if (!resources.some(({ plural }) => plural === customResourceDefinitions.plural)) return []
    const { items } = await listAll(client.for(customResourceDefinitions), options)
    return items.flatMap((definition) => customResources(definition)?.served.slice(0, 1) ?? [])
  }

  async #emptyOf(
    resource: Resource,
    namespace: string,
    remains: Remains,
    options: Call,
  ): Promise<void> {
    const list = () => listAll(this.#context.client.for(resource), { namespace, ...options })
    const before = await list()
    if (before.items.every((object) => object.metadata.deletionTimestamp !== undefined)) {
      noteRemains(resource, before.items, remains)
      return
    }
    await this.#deleteAll(resource, namespace, before.items, options)
    const after = await list()
    noteRemains(resource, after.items, remains)
  }

  async #deleteAll(
    resource: Resource,
    namespace: string,
    objects: readonly Stored<KubeObject>[],
    options: Call,
  ): Promise<void> {
    const { client } = this.#context
    const body = { propagationPolicy: 'Background' }
    if (resource.verbs.includes('deletecollection')) {
      const path = resourcePath(resource, { namespace })
      const all = { apiVersion: 'v1', kind: 'DeleteOptions', ...body }
      await client.request({ method: 'DELETE', path, body: all }, options)
      return
    }
    for (const { metadata } of objects) {
      try {
        await client.for(resource).delete({ name: metadata.name, namespace }, body, options)
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error
      }
    }
  }

  async #report(
    namespace: Stored<Namespace>,
    remains: Remains,
    options: Call,
  ): Promise<Stored<Namespace>> {
    const { client, clock } = this.#context
    const conditions = namespaceConditions(namespace, remains, clock.nowMs())
    const before = namespace.status
    if (before?.phase === 'Terminating' && sameConditions(before.conditions, conditions)) {
      return namespace
    }
    const status = { ...before, phase: 'Terminating', conditions }
    return client.for(namespaces).updateStatus({ ...namespace, status }, options)
  }

  async #finalize(namespace: Stored<Namespace>, options: Call): Promise<void> {
    const body = draft<Namespace>(namespace as Cached<Namespace>)
    body.spec.finalizers =
      body.spec.finalizers?.filter((name) => name !== NAMESPACE_FINALIZER) ?? []
    try {
      const client = this.#context.client.for(namespaces)
      const { name } = namespace.metadata
      await client.subresource({ name }, { name: 'finalize', method: 'PUT', body }, options)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
  }

  #retryMs(namespace: Stored<Namespace>): number {
    const since = Date.parse(namespace.metadata.deletionTimestamp ?? '')
    const tookMs = this.#context.clock.nowMs() - since
    return Math.min(RETRY_MS_MAX, Math.max(RETRY_MS_MIN, (tookMs || 0) * RETRY_SHARE))
  }
}

function isPods(resource: Resource): boolean {
  return resource.plural === pods.plural && resource.group === pods.group
}

/** The server does not know the resource, or this way to use it. */
function isUnserved(error: unknown): boolean {
  return hasReason(error, 'NotFound', 'MethodNotAllowed')
}

function noteRemains(
  resource: Resource,
  objects: readonly Stored<KubeObject>[],
  remains: Remains,
): void {
  if (objects.length === 0) return
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
  remains.objects.set(name, objects.length)
  for (const finalizer of objects.flatMap((object) => object.metadata.finalizers ?? [])) {
    remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1)
  }
}
