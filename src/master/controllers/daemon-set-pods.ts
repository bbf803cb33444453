import {
  type DaemonSet,
  daemonSets,
  fitsNode,
  type Node,
  type Pod,
  type PodSpec,
  type Toleration,
  untoleratedTaints,
} from '../../api/index.ts'
import { REVISION_HASH } from './controller-revisions.ts'
import { podFromTemplate } from './pod-control.ts'
import type { Cached } from './runtime.ts'

export type ReadDaemonSet = Cached<DaemonSet>
export type ReadNode = Cached<Node>
export type ReadPod = Cached<Pod>

export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'
const GENERATION_LABEL = 'pod-template-generation'

/** What a daemon's pods put up with in any case: troubles of the node that they may be there for. */
function daemonTolerations(hostNetwork: boolean): Toleration[] {
  const exists = (name: string, effect: string) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect,
  })
  return [
    exists('not-ready', 'NoExecute'),
    exists('unreachable', 'NoExecute'),
    exists('disk-pressure', 'NoSchedule'),
    exists('memory-pressure', 'NoSchedule'),
    exists('pid-pressure', 'NoSchedule'),
    exists('unschedulable', 'NoSchedule'),
    ...(hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
  ]
}

function withTolerations(spec: PodSpec): void {
  const own = spec.tolerations ?? []
  const isOwn = (wanted: Toleration) =>
    own.some((t) => t.key === wanted.key && t.effect === wanted.effect && t.operator === 'Exists')
  const added = daemonTolerations(spec.hostNetwork ?? false).filter((wanted) => !isOwn(wanted))
  spec.tolerations = [...own, ...added]
}

/** Pins the pod to a node by its name, whatever else its affinity asks for. */
function pinTo(spec: PodSpec, node: string): void {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  const nodeAffinity = spec.affinity?.nodeAffinity
  const required = { nodeSelectorTerms: [term] }
  spec.affinity = {
    ...spec.affinity,
    nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
  }
}

export function makeDaemonPod(set: ReadDaemonSet, of: { node: string; hash: string }): Pod {
  const pod = podFromTemplate(set.spec.template, set, daemonSets)
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION]
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [REVISION_HASH]: of.hash,
    ...(generation !== undefined && { [GENERATION_LABEL]: generation }),
  }
  withTolerations(pod.spec)
  pinTo(pod.spec, of.node)
  return pod
}

/** The node that a pod is on, or is pinned to. */
export function targetNode({ spec }: ReadPod): string | undefined {
  if (spec.nodeName) return spec.nodeName
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    const [field] = matchFields
    if (field?.key === 'metadata.name' && field.operator === 'In') return field.values?.[0]
  }
  return undefined
}

/** Whether a node is to have a pod of the set, and whether one that it has may stay. */
export interface Placement {
  readonly shouldRun: boolean
  readonly mayStay: boolean
}

export const NOWHERE: Placement = { shouldRun: false, mayStay: false }

/** By the names of the nodes. */
export function placesOf(set: ReadDaemonSet, nodes: Iterable<ReadNode>): Map<string, Placement> {
  const places = new Map<string, Placement>()
  const spec = structuredClone(set.spec.template.spec) as PodSpec | undefined
  if (!spec) return places
  withTolerations(spec)
  for (const node of nodes) places.set(node.metadata.name, placementOn(spec, node))
  return places
}

function placementOn(spec: PodSpec, node: ReadNode): Placement {
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return NOWHERE
  if (!fitsNode(spec, node)) return NOWHERE
  const untolerated = (effects: string[]) =>
    untoleratedTaints(node.spec?.taints, spec.tolerations, effects).length > 0
  if (!untolerated(['NoSchedule', 'NoExecute'])) return { shouldRun: true, mayStay: true }
  return { shouldRun: false, mayStay: !untolerated(['NoExecute']) }
}

export function isUpdated({ metadata }: ReadPod, hash: string): boolean {
  return metadata.labels?.[REVISION_HASH] === hash
}
