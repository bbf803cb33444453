import type { DeepReadonly } from '../../base/index.ts'
import type { Pod, PodAffinityTerm } from '../core/index.ts'
import { type Amounts, podLimitsOf, podRequestsOf, qosClassOf } from '../helpers/index.ts'
import type { QuotaEvaluator } from './evaluator.ts'
import { nameMatches, type ScopeRequirement } from './scopes.ts'

type PodView = DeepReadonly<Pod>

const COUNT = 'count/pods'
const MEASURED = ['cpu', 'memory', 'ephemeral-storage'] as const
const NAMES = new Set<string>([
  COUNT,
  'pods',
  ...MEASURED.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
])

/** Every container must name these when a quota limits them; a mistake of old that is kept. */
const REQUIRED = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory']

export const podEvaluator: QuotaEvaluator = {
  matching: (names) => names.filter((name) => NAMES.has(name) || isExtended(name)),
  usage: (object, nowMs) => usageOf(object as PodView, nowMs),
  fault: (names, object) => missing(names, object as PodView),
  inScope: (object, scope) => inScope(object as PodView, scope),
  updates: false,
}

// `requests.example.com/gpu`, `hugepages-2Mi`.
function isExtended(name: string): boolean {
  if (name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')) return true
  return name.startsWith('requests.') && isExtendedResource(name.slice('requests.'.length))
}

function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.split('/')[0]?.endsWith('kubernetes.io')
}

function usageOf(pod: PodView, nowMs: number): Amounts {
  if (!isCharged(pod, nowMs)) return { [COUNT]: '1' }
  const measured = measure(podRequestsOf(pod.spec), podLimitsOf(pod.spec))
  return { [COUNT]: '1', ...measured }
}

function measure(requests: Amounts, limits: Amounts): Amounts {
  const usage: Record<string, string> = { pods: '1' }
  for (const name of MEASURED) {
    const request = requests[name]
    const limit = limits[name]
    if (request !== undefined)
      Object.assign(usage, { [name]: request, [`requests.${name}`]: request })
    if (limit !== undefined) usage[`limits.${name}`] = limit
  }
  for (const [name, request] of Object.entries(requests)) {
    if (name.startsWith('hugepages-')) usage[name] = request
    if (name.startsWith('hugepages-') || isExtendedResource(name))
      usage[`requests.${name}`] = request
  }
  return usage
}

/** A pod that has ended uses nothing; nor does one whose time to end is over. */
function isCharged({ metadata, status }: PodView, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata
  if (deletionTimestamp === undefined || grace === undefined) return true
  return nowMs <= Date.parse(deletionTimestamp) + grace * 1000
}

function missing(names: readonly string[], { spec }: PodView): string | undefined {
  const required = REQUIRED.filter((name) => names.includes(name))
  const lacking = new Map<string, string[]>()
  for (const { name, resources } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const given = measure(resources?.requests ?? {}, resources?.limits ?? {})
    for (const resource of required) {
      if (given[resource] !== undefined) continue
      lacking.set(resource, [...(lacking.get(resource) ?? []), name])
    }
  }
  if (lacking.size === 0) return undefined
  const texts = [...lacking].map(([resource, of]) => `${resource} for: ${of.sort().join(',')}`)
  return `must specify ${texts.sort().join('; ')}`
}

function inScope(pod: PodView, scope: ScopeRequirement): boolean {
  const terminating = (pod.spec.activeDeadlineSeconds ?? -1) >= 0
  const bestEffort = () => qosClassOf(pod as Pod) === 'BestEffort'
  switch (scope.scopeName) {
    case 'Terminating':
      return terminating
    case 'NotTerminating':
      return !terminating
    case 'BestEffort':
      return bestEffort()
    case 'NotBestEffort':
      return !bestEffort()
    case 'PriorityClass':
      return nameMatches(scope, pod.spec.priorityClassName ?? '')
    case 'CrossNamespacePodAffinity':
      return reachesAcross(pod)
    default:
      return false
  }
}

function reachesAcross({ spec }: PodView): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  const terms: DeepReadonly<PodAffinityTerm>[] = []
  for (const affinity of [podAffinity, podAntiAffinity]) {
    terms.push(...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []))
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    terms.push(...preferred.map((one) => one.podAffinityTerm))
  }
  return terms.some((term) => (term.namespaces ?? []).length > 0 || term.namespaceSelector)
}
