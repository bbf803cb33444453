import type { Observer } from './observer.ts'
import { isHot } from './metrics.ts'
import { limitsOf, usedOf } from './rules/quota.ts'
import { at, conditionOf, isOver, isReady, matches, numberAt, type Seen } from './seen.ts'
import { LIMITED } from './user.ts'

/** What is not yet as it should be, in words; empty when all is. */
export function unsettled(observer: Observer): string[] {
  const of = (kind: string, look: (object: Seen) => string[]) => observer.ofKind(kind).flatMap(look)
  return [
    ...of('ReplicaSet', (set) => ofSet(set, observer)),
    ...of('StatefulSet', (set) => ofSet(set, observer)),
    ...of('Deployment', (each) => ofDeployment(each, observer)),
    ...of('DaemonSet', (set) => ofDaemonSet(set, observer)),
    ...of('Job', ofJob),
    ...of('Pod', (pod) => ofPod(pod, observer)),
    ...of('Service', (service) => ofService(service, observer)),
    ...of('HorizontalPodAutoscaler', (scaler) => ofAutoscaler(scaler, observer)),
    ...of('PersistentVolumeClaim', (claim) => ofClaim(claim, observer)),
    ...of('ResourceQuota', (quota) => ofQuota(quota, observer)),
    ...[...observer.objects.values()].flatMap((object) => ofAny(object, observer)),
  ]
}

const nameOf = ({ kind, metadata }: Seen) => `${kind} ${metadata.name}`

function ofSet(set: Seen, observer: Observer): string[] {
  // Their quota may leave no room.
  if (set.metadata.namespace === LIMITED) return []
  const wanted = numberAt(set, 'spec.replicas', 1)
  const ready = observer.ownedBy(set.metadata.uid, 'Pod').filter(isReady)
  const told = numberAt(set, 'status.readyReplicas')
  if (ready.length === wanted && told === wanted) return []
  return [`${nameOf(set)} wants ${wanted}, has ${ready.length}, tells ${told}`]
}

function ofDeployment(deployment: Seen, observer: Observer): string[] {
  if (deployment.metadata.namespace === LIMITED) return []
  const wanted = numberAt(deployment, 'spec.replicas', 1)
  const sets = observer.ownedBy(deployment.metadata.uid, 'ReplicaSet')
  const sizes = sets.map((set) => numberAt(set, 'spec.replicas', 1))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const active = sizes.filter((size) => size > 0).length
  if (total === wanted && active <= 1) return []
  return [`${nameOf(deployment)} wants ${wanted}, its ReplicaSets have ${sizes.join('+')}`]
}

function ofDaemonSet(set: Seen, observer: Observer): string[] {
  const wanted = observer.ofKind('Node').length
  const ready = observer.ownedBy(set.metadata.uid, 'Pod').filter(isReady).length
  const told = numberAt(set, 'status.updatedNumberScheduled')
  if (ready === wanted && told === wanted) return []
  return [`${nameOf(set)} has ${ready} pods for ${wanted} nodes, tells that ${told} are new`]
}

function ofJob(job: Seen): string[] {
  const wanted = numberAt(job, 'spec.completions', 1)
  const succeeded = numberAt(job, 'status.succeeded')
  const isComplete = conditionOf(job, 'Complete') === 'True'
  const indexes = at(job, 'status.completedIndexes')
  const all = at(job, 'spec.completionMode') === 'Indexed' && isComplete ? allOf(wanted) : indexes
  if (isComplete && succeeded === wanted && indexes === all) return []
  return [
    `${nameOf(job)} has ${succeeded} of ${wanted} (${String(indexes)}), complete: ${isComplete}`,
  ]
}

/** As jobs tell their completed indexes. */
function allOf(count: number): string {
  if (count === 1) return '0'
  return count === 2 ? '0,1' : `0-${count - 1}`
}

function ofPod(pod: Seen, observer: Observer): string[] {
  const { nodeName } = pod.spec ?? {}
  if (nodeName === undefined) return [`${nameOf(pod)} has no node`]
  const hasNode = observer.ofKind('Node').some(({ metadata }) => metadata.name === nodeName)
  return hasNode ? [] : [`${nameOf(pod)} is on ${JSON.stringify(nodeName)}, which is not there`]
}

/** Nobody is on the way out, or has lost all owners. */
function ofAny(object: Seen, observer: Observer): string[] {
  const { deletionTimestamp, ownerReferences = [], namespace } = object.metadata
  if (deletionTimestamp !== undefined) return [`${nameOf(object)} is still being deleted`]
  if (ownerReferences.length === 0 || namespace === 'kube-node-lease') return []
  const isOrphan = ownerReferences.every(({ uid }) => !observer.uids.has(uid))
  return isOrphan ? [`${nameOf(object)} has outlived its owners`] : []
}

function ofService({ kind, metadata, spec }: Seen, observer: Observer): string[] {
  const selector = spec?.['selector'] as Record<string, string> | undefined
  if (!selector) return []
  const { name, namespace } = metadata
  const isHere = (object: Seen) => object.metadata.namespace === namespace
  const isMeant = (pod: Seen) => isHere(pod) && isReady(pod) && matches(pod, selector)
  const meant = observer.ofKind('Pod').filter(isMeant).length
  const served = observer
    .ofKind('EndpointSlice')
    .filter((slice) => isHere(slice) && matches(slice, { 'kubernetes.io/service-name': name }))
    .flatMap((slice) => (slice as Seen & { endpoints?: unknown[] }).endpoints ?? []).length
  return meant === served ? [] : [`${kind} ${name} has ${meant} pods, ${served} endpoints`]
}

function ofQuota(quota: Seen, observer: Observer): string[] {
  const told = limitsOf(quota, 'status.used')
  return Object.entries(usedOf(quota, observer, (pod) => !isOver(pod)))
    .filter(([name, inUse]) => told[name] !== inUse)
    .map(([name, inUse]) => `${nameOf(quota)} tells of ${told[name]} ${name}, there are ${inUse}`)
}

/** Its Deployment's pods use too much or too little, so it has the most or the fewest it may. */
function ofAutoscaler(scaler: Seen, observer: Observer): string[] {
  const { name, namespace } = scaler.metadata
  const deployment = observer
    .ofKind('Deployment')
    .find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
  if (!deployment) return []
  // It looks once in a period, also at one that it leaves alone.
  const told = numberAt(scaler, 'status.currentReplicas')
  const replicas = numberAt(deployment, 'spec.replicas', 1)
  if (told !== replicas) return [`${nameOf(scaler)} tells of ${told} pods, not of ${replicas}`]
  if (replicas === 0) return []
  const wanted = numberAt(scaler, isHot(name) ? 'spec.maxReplicas' : 'spec.minReplicas', 1)
  const isActive = conditionOf(scaler, 'ScalingActive') === 'True'
  if (replicas === wanted && isActive) return []
  return [`${nameOf(scaler)} wants ${wanted}, its Deployment has ${replicas}`]
}

/** No claim waits while there is a volume for it. */
function ofClaim(claim: Seen, observer: Observer): string[] {
  const phase = at(claim, 'status.phase')
  if (phase === 'Bound') return []
  const free = observer
    .ofKind('PersistentVolume')
    .filter((volume) => at(volume, 'status.phase') === 'Available')
  if (phase === 'Pending' && free.length === 0) return []
  return [`${nameOf(claim)} is ${String(phase)}, ${free.length} volumes are free`]
}
