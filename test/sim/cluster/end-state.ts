import type { Observer, Seen } from './observer.ts'

/** Owners whose pods are meant to run for ever. */
const CONTROLLERS = ['ReplicaSet', 'StatefulSet'] as const

/** What is not yet as it should be, in words; empty when all is. */
export function unsettled(observer: Observer): string[] {
  return [
    ...CONTROLLERS.flatMap((kind) => observer.ofKind(kind).flatMap((set) => ofSet(set, observer))),
    ...observer.ofKind('Deployment').flatMap((each) => ofDeployment(each, observer)),
    ...observer.ofKind('Job').flatMap((job) => ofJob(job)),
    ...observer.ofKind('Pod').flatMap((pod) => ofPod(pod, observer)),
    ...[...observer.objects.values()].flatMap((object) => ofAny(object, observer)),
    ...observer.ofKind('Service').flatMap((service) => ofService(service, observer)),
  ]
}

const nameOf = ({ kind, metadata }: Seen) => `${kind} ${metadata.name}`
const isReady = ({ status }: Seen) => conditionOf(status, 'Ready') === 'True'

function conditionOf(status: Seen['status'], type: string): string | undefined {
  const conditions = (status?.['conditions'] ?? []) as { type: string; status: string }[]
  return conditions.find((condition) => condition.type === type)?.status
}

function ownedBy(owner: Seen, observer: Observer, kind: string): Seen[] {
  return observer
    .ofKind(kind)
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        ({ uid, controller }) => controller && uid === owner.metadata.uid,
      ),
    )
}

function ofSet(set: Seen, observer: Observer): string[] {
  const wanted = Number(set.spec?.['replicas'] ?? 1)
  const ready = ownedBy(set, observer, 'Pod').filter(isReady)
  const told = Number(set.status?.['readyReplicas'] ?? 0)
  if (ready.length === wanted && told === wanted) return []
  return [`${nameOf(set)} wants ${wanted}, has ${ready.length}, tells ${told}`]
}

function ofDeployment(deployment: Seen, observer: Observer): string[] {
  const wanted = Number(deployment.spec?.['replicas'] ?? 1)
  const sets = ownedBy(deployment, observer, 'ReplicaSet')
  const sizes = sets.map(({ spec }) => Number(spec?.['replicas'] ?? 1))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const active = sizes.filter((size) => size > 0).length
  if (total === wanted && active <= 1) return []
  return [`${nameOf(deployment)} wants ${wanted}, its ReplicaSets have ${sizes.join('+')}`]
}

function ofJob(job: Seen): string[] {
  const wanted = Number(job.spec?.['completions'] ?? 1)
  const succeeded = Number(job.status?.['succeeded'] ?? 0)
  const isComplete = conditionOf(job.status, 'Complete') === 'True'
  if (isComplete && succeeded === wanted) return []
  return [`${nameOf(job)} has ${succeeded} of ${wanted}, complete: ${isComplete}`]
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
  const uids = new Set([...observer.objects.values()].map(({ metadata }) => metadata.uid))
  const isOrphan = ownerReferences.every(({ uid }) => !uids.has(uid))
  return isOrphan ? [`${nameOf(object)} has outlived its owners`] : []
}

function ofService(service: Seen, observer: Observer): string[] {
  const selector = service.spec?.['selector'] as Record<string, string> | undefined
  if (!selector) return []
  const { name } = service.metadata
  const meant = observer
    .ofKind('Pod')
    .filter((pod) => isReady(pod) && matches(pod.metadata.labels ?? {}, selector)).length
  const served = observer
    .ofKind('EndpointSlice')
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => (slice as Seen & { endpoints?: unknown[] }).endpoints ?? []).length
  return meant === served ? [] : [`${nameOf(service)} has ${meant} pods, ${served} endpoints`]
}

function matches(labels: Readonly<Record<string, string>>, selector: Record<string, string>) {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}
