import type { NodeInfo } from '../cache/node-info.ts'
import { podRequests, type Resources } from '../cache/resources.ts'
import { type PluginArgs, SchedulerConfigError } from '../config/index.ts'
import { OK, type Plugin, unschedulable } from '../framework/types.ts'
import type { ClusterEvent } from '../framework/events.ts'
import { readScoringStrategy } from './scoring-strategy.ts'

const KEY = 'NodeResourcesFit'

interface Requests {
  readonly exact: Resources
  readonly nonZero: Resources
}

/**
 * The node must have what the pod requests; among those, the emptier ones score (LeastAllocated),
 * or as `scoringStrategy` says. Extended resources can be left to others (`ignoredResources`,
 * `ignoredResourceGroups`).
 */
export function nodeResourcesFit(args: PluginArgs = {}): Plugin {
  const score = readScoringStrategy(args['scoringStrategy'])
  const isIgnored = ignoredOf(args)
  return {
    name: KEY,
    interests: [
      { resource: 'assigned-pod', actions: ['delete'] },
      { resource: 'node', actions: ['add', 'update'], mayHelp: (_pod, event) => grew(event) },
    ],
    preFilter(state, pod) {
      const requests: Requests = {
        exact: podRequests(pod),
        nonZero: podRequests(pod, { nonZero: true }),
      }
      state.set(KEY, requests)
      return OK
    },
    filter(state, _pod, node) {
      const { exact } = state.get(KEY) as Requests
      if (hasRoom(exact, node)) return OK
      const reasons = shortages(exact, node, isIgnored)
      return reasons.length === 0 ? OK : unschedulable(...reasons)
    },
    score: (state, _pod, node) => score((state.get(KEY) as Requests).nonZero, node),
  }
}

/** Whether nodes need not have an extended resource. */
function ignoredOf(args: PluginArgs): (name: string) => boolean {
  const names = new Set(asStrings(args['ignoredResources'], 'ignoredResources'))
  const groups = new Set(asStrings(args['ignoredResourceGroups'], 'ignoredResourceGroups'))
  return (name) => names.has(name) || groups.has(name.split('/')[0] ?? '')
}

function asStrings(value: unknown, path: string): string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new SchedulerConfigError(`${path}: Invalid value: must be a list of names`)
}

/** The quick look: most pods want nothing extended, and most nodes have room. */
function hasRoom(request: Resources, { allocatable, requested, podCount }: NodeInfo): boolean {
  return (
    request.extended.size === 0 &&
    podCount < allocatable.pods &&
    !lacks(request.milliCpu, allocatable.milliCpu, requested.milliCpu) &&
    !lacks(request.memory, allocatable.memory, requested.memory) &&
    !lacks(request.ephemeralStorage, allocatable.ephemeralStorage, requested.ephemeralStorage)
  )
}

/** What the node lacks for the request, in kube-scheduler's words. */
function shortages(
  request: Resources,
  node: NodeInfo,
  isIgnored: (name: string) => boolean,
): string[] {
  const { allocatable, requested } = node
  const reasons: string[] = []
  if (node.podCount + 1 > allocatable.pods) reasons.push('Too many pods')
  if (lacks(request.milliCpu, allocatable.milliCpu, requested.milliCpu)) {
    reasons.push('Insufficient cpu')
  }
  if (lacks(request.memory, allocatable.memory, requested.memory)) {
    reasons.push('Insufficient memory')
  }
  if (lacks(request.ephemeralStorage, allocatable.ephemeralStorage, requested.ephemeralStorage)) {
    reasons.push('Insufficient ephemeral-storage')
  }
  for (const [name, wanted] of request.extended) {
    if (isIgnored(name)) continue
    const total = allocatable.extended.get(name) ?? 0
    if (lacks(wanted, total, requested.extended.get(name) ?? 0))
      reasons.push(`Insufficient ${name}`)
  }
  return reasons
}

function lacks(wanted: number, total: number, used: number): boolean {
  return wanted > 0 && wanted > total - used
}

/** A node update helps only if the node has more of something than before. */
function grew(event: ClusterEvent): boolean {
  if (event.resource !== 'node' || !event.now) return false
  const before = event.old?.status.allocatable ?? {}
  const after = event.now.status.allocatable ?? {}
  return Object.entries(after).some(([name, amount]) => before[name] !== amount)
}
