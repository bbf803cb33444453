import type { DeepReadonly } from '../../../base/index.ts'
import {
  type Amounts,
  compareQuantities,
  type LimitRange,
  type LimitRangeItem,
  type PersistentVolumeClaim,
  type Pod,
  podLimitsOf,
  podRequestsOf,
  quantityMilliValue,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import type { MakePlugin } from './plugin.ts'

const LIMIT_RANGES = { group: '', plural: 'limitranges' }
const ANNOTATION = 'kubernetes.io/limit-ranger'

type Limits = readonly DeepReadonly<LimitRange>[]

/** Bounds and defaults of what single objects of a namespace may ask for. */
export const limitRanger: MakePlugin = ({ lookup }) => {
  const rangesFor = (attributes: AdmissionAttributes): Limits => {
    const { operation, object, namespace } = attributes
    if (!object) return []
    const isPod = attributes.isOf('', 'pods') && operation === 'CREATE'
    const isResize = attributes.isOf('', 'pods', 'resize') && operation === 'UPDATE'
    const written = operation === 'CREATE' || operation === 'UPDATE'
    const isClaim = attributes.isOf('', 'persistentvolumeclaims') && written
    if (!isPod && !isResize && !isClaim) return []
    // What is going need not be within the limits.
    if (operation === 'UPDATE' && object.metadata.deletionTimestamp) return []
    return lookup.list<LimitRange>(LIMIT_RANGES, { namespace })
  }
  return {
    admit(attributes) {
      if (attributes.resource.plural !== 'pods') return
      for (const range of rangesFor(attributes)) {
        setDefaults(attributes.object as Pod, range.spec.limits)
      }
    },
    validate(attributes) {
      for (const range of rangesFor(attributes)) {
        const faults = range.spec.limits.flatMap((limit) => faultsOf(attributes, limit))
        if (faults.length > 0) throw forbidden(attributes, joined(faults))
      }
    },
  }
}

/** As Go's aggregate of errors: each text once. */
function joined(faults: readonly string[]): string {
  const unique = [...new Set(faults)]
  return unique.length === 1 ? (unique[0] ?? '') : `[${unique.join(', ')}]`
}

function setDefaults(pod: Pod, limits: readonly DeepReadonly<LimitRangeItem>[]): void {
  const requests: Record<string, string> = {}
  const max: Record<string, string> = {}
  for (const limit of limits) {
    if (limit.type !== 'Container') continue
    Object.assign(requests, limit.defaultRequest)
    Object.assign(max, limit.default)
  }
  const notes: string[] = []
  const { containers, initContainers = [] } = pod.spec
  const groups = [
    ['container', containers],
    ['init container', initContainers],
  ] as const
  for (const [kind, list] of groups) {
    for (const container of list) {
      const { resources = {} } = container
      const missing = (given: Amounts = {}, defaults: Amounts) =>
        Object.keys(defaults).filter((name) => given[name] === undefined)
      const setRequests = missing(resources.requests, requests).sort()
      const setLimits = missing(resources.limits, max).sort()
      if (setLimits.length > 0) resources.limits = { ...max, ...resources.limits }
      if (setRequests.length > 0) resources.requests = { ...requests, ...resources.requests }
      container.resources = resources
      if (setRequests.length > 0) {
        notes.push(`${setRequests.join(', ')} request for ${kind} ${container.name}`)
      }
      if (setLimits.length > 0) {
        notes.push(`${setLimits.join(', ')} limit for ${kind} ${container.name}`)
      }
    }
  }
  if (notes.length === 0) return
  const text = `LimitRanger plugin set: ${notes.join('; ')}`
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: text }
}

interface Asked {
  readonly requests: Amounts
  readonly limits: Amounts
}

function faultsOf(attributes: AdmissionAttributes, limit: DeepReadonly<LimitRangeItem>): string[] {
  if (attributes.resource.plural === 'persistentvolumeclaims') {
    if (limit.type !== 'PersistentVolumeClaim') return []
    const { spec } = attributes.object as PersistentVolumeClaim
    return claimFaults(limit, spec.resources?.requests ?? {})
  }
  const { spec } = attributes.object as Pod
  if (limit.type === 'Pod') {
    return askedFaults(limit, { requests: podRequestsOf(spec), limits: podLimitsOf(spec) })
  }
  if (limit.type !== 'Container') return []
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  return containers.flatMap(({ resources }) =>
    askedFaults(limit, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
  )
}

const sorted = (amounts: Amounts = {}) =>
  Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1))

function askedFaults(limit: DeepReadonly<LimitRangeItem>, asked: Asked): string[] {
  const { type } = limit
  return [
    ...sorted(limit.min).map(([name, bound]) => minFault(type, name, { bound, asked })),
    ...sorted(limit.max).map(([name, bound]) => maxFault(type, name, { bound, asked })),
    ...sorted(limit.maxLimitRequestRatio).map(([name, bound]) =>
      ratioFault(type, name, { bound, asked }),
    ),
  ].filter((fault) => fault !== undefined)
}

type Bounded = { readonly bound: string; readonly asked: Asked }

function minFault(type: string, name: string, { bound, asked }: Bounded): string | undefined {
  const request = asked.requests[name]
  const limit = asked.limits[name]
  const what = `minimum ${name} usage per ${type} is ${bound}`
  if (request === undefined) return `${what}.  No request is specified`
  if (compareQuantities(request, bound) < 0) return `${what}, but request is ${request}`
  if (limit !== undefined && compareQuantities(limit, bound) < 0) {
    return `${what}, but limit is ${limit}`
  }
  return undefined
}

function maxFault(type: string, name: string, { bound, asked }: Bounded): string | undefined {
  const request = asked.requests[name]
  const limit = asked.limits[name]
  const what = `maximum ${name} usage per ${type} is ${bound}`
  if (limit === undefined) return `${what}.  No limit is specified`
  if (compareQuantities(limit, bound) > 0) return `${what}, but limit is ${limit}`
  if (request !== undefined && compareQuantities(request, bound) > 0) {
    return `${what}, but request is ${request}`
  }
  return undefined
}

function ratioFault(type: string, name: string, { bound, asked }: Bounded): string | undefined {
  const request = quantityMilliValue(asked.requests[name] ?? '0')
  const limit = quantityMilliValue(asked.limits[name] ?? '0')
  const what = `${name} max limit to request ratio per ${type} is ${bound}`
  if (request === 0) return `${what}, but no request is specified or request is 0`
  if (limit === 0) return `${what}, but no limit is specified or limit is 0`
  const ratio = limit / request
  if (ratio * 1000 <= quantityMilliValue(bound)) return undefined
  return `${what}, but provided ratio is ${ratio.toFixed(6)}`
}

function claimFaults(limit: DeepReadonly<LimitRangeItem>, requests: Amounts): string[] {
  const fault = (bound: 'minimum' | 'maximum', name: string, amount: string) => {
    const request = requests[name]
    const what = `${bound} ${name} usage per ${limit.type} is ${amount}`
    if (request === undefined) return `${what}.  No request is specified`
    const order = compareQuantities(request, amount)
    const wrong = bound === 'minimum' ? order < 0 : order > 0
    return wrong ? `${what}, but request is ${request}` : undefined
  }
  return [
    ...sorted(limit.min).map(([name, amount]) => fault('minimum', name, amount)),
    ...sorted(limit.max).map(([name, amount]) => fault('maximum', name, amount)),
  ].filter((text) => text !== undefined)
}
