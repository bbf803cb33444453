import type { HttpHandler, HttpRequest } from '../../../src/base/index.ts'
import type { Kv } from '../../../src/kv/index.ts'
import { Expectations } from '../../../src/master/controllers/expectations.ts'

/** A rule that is broken on purpose, to prove that the simulation notices. */
export type ClusterBreak =
  /** Updates overwrite what others have written meanwhile. */
  | 'blindUpdates'
  /** Creations take nothing from the quota. */
  | 'unspentQuotas'
  /** Evictions take nothing from the budget. */
  | 'unspentBudgets'
  /** Pods move to another node. */
  | 'movedPods'
  /** Controllers act on what their caches show, whatever they have just done. */
  | 'noExpectations'
  /** Schedules begin their jobs twice. */
  | 'doubleRuns'
  /** Rollouts take more than they may have. */
  | 'greedyRollouts'

export const CLUSTER_BREAKS: readonly ClusterBreak[] = [
  'blindUpdates',
  'unspentQuotas',
  'unspentBudgets',
  'movedPods',
  'noExpectations',
  'doubleRuns',
  'greedyRollouts',
]

type Update = Kv['update']
const MOVED = ['"nodeName":"node-1"', '"nodeName":"node-2"'] as const

export function brokenKv(kv: Kv, breaks: ClusterBreak | undefined): Kv {
  const update: Update = async (key, value, expected, options) => {
    if (breaks === 'blindUpdates') return blindly(kv, key, value, expected, options)
    if (breaks === 'unspentQuotas' && key.startsWith('/registry/resourcequotas/')) {
      const before = (await kv.get(key)).kv?.value
      if (before && usedOf(value) > usedOf(before)) return { kind: 'ok', revision: expected }
    }
    if (breaks === 'unspentBudgets' && key.startsWith('/registry/poddisruptionbudgets/')) {
      const before = (await kv.get(key)).kv?.value
      if (before && evictedBy(value) > evictedBy(before)) return { kind: 'ok', revision: expected }
    }
    if (breaks === 'movedPods' && key.startsWith('/registry/pods/')) {
      const moved = Buffer.from(
        Buffer.from(value)
          .toString()
          .replace(...MOVED),
      )
      return kv.update(key, moved, expected, options)
    }
    return kv.update(key, value, expected, options)
  }
  return new Proxy(kv, {
    get(target, name) {
      if (name === 'update') return update
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Pods that a quota has counted; more than any when it has not counted yet. */
function usedOf(quota: Uint8Array): number {
  const text = /"used":{[^}]*"pods":"(\d+)"/.exec(Buffer.from(quota).toString())?.[1]
  return Number(text ?? Infinity)
}

/** Evictions that a budget knows of. */
function evictedBy(budget: Uint8Array): number {
  const [, pods = ''] = /"disruptedPods":{([^}]*)}/.exec(Buffer.from(budget).toString()) ?? []
  return pods === '' ? 0 : pods.split(',').length
}

async function blindly(kv: Kv, ...[key, value, expected, options]: Parameters<Update>) {
  for (let at = expected; ; ) {
    const result = await kv.update(key, value, at, options)
    if (result.kind !== 'conflict' || !result.current) return result
    at = result.current.modRevision
  }
}

/** The way of the controllers to the API. */
export function brokenApi(api: HttpHandler, breaks: ClusterBreak | undefined): HttpHandler {
  return async (request) => {
    const { method, url } = request
    if (breaks === 'doubleRuns' && method === 'POST' && url.endsWith('/jobs')) {
      const again = rewritten(request, (object) => {
        object.metadata = { ...object.metadata, name: `${String(object.metadata?.['name'])}-again` }
      })
      if (again) await api(again)
    }
    if (breaks === 'greedyRollouts' && method === 'PUT' && /\/replicasets\/[^/]+$/.test(url)) {
      const more = rewritten(request, ({ spec }) => {
        if (spec && Number(spec['replicas']) > 0) spec['replicas'] = Number(spec['replicas']) + 3
      })
      if (more) return api(more)
    }
    return api(request)
  }
}

interface Sent {
  metadata?: Record<string, unknown>
  spec?: Record<string, unknown>
}

function rewritten(request: HttpRequest, change: (object: Sent) => void): HttpRequest | undefined {
  if (!(request.body instanceof Uint8Array)) return undefined
  const object = JSON.parse(Buffer.from(request.body).toString()) as Sent
  change(object)
  const body = Buffer.from(JSON.stringify(object))
  const headers = { ...request.headers, 'content-length': String(body.length) }
  return { ...request, headers, body }
}

/** Takes the expectations of every controller away, until the returned function is called. */
export function withoutExpectations(breaks: ClusterBreak | undefined): () => void {
  if (breaks !== 'noExpectations') return () => {}
  const { prototype } = Expectations
  const known = Object.getOwnPropertyDescriptor(prototype, 'satisfied')
  prototype.satisfied = () => true
  return () => {
    if (known) Object.defineProperty(prototype, 'satisfied', known)
  }
}
