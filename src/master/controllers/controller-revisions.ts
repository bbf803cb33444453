import { hasReason, type DeepReadonly } from '../../base/index.ts'
import {
  type ControllerRevision,
  controllerReference,
  controllerRevisions,
  type KubeObject,
  matchesLabelSelector,
  type LabelSelector,
  type PodTemplateSpec,
  type Resource,
  semanticEqual,
} from '../../api/index.ts'
import type { Client, Informer } from '../../client/index.ts'
import { revisionHash, templateHash } from './revision-hash.ts'
import { claim, controlledBy, orphansIn, planClaims } from './ownership.ts'
import type { Cached } from './runtime.ts'

export const REVISION_HASH = 'controller-revision-hash'

export type ReadRevision = Cached<ControllerRevision>

/** An object whose template has a history. */
export interface Historied extends KubeObject {
  spec: { selector: LabelSelector; template: PodTemplateSpec }
  status?: { collisionCount?: number }
}

/**
 * What a revision keeps: a patch that puts the template back. Upstream's controllers and clients
 * compare it by its bytes, so its keys are in order, as Go writes a map.
 */
export function revisionData(template: DeepReadonly<PodTemplateSpec>): object {
  return inOrder({ spec: { template: { ...template, $patch: 'replace' } } }) as object
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, inOrder(part)]),
  )
}

/** The template that a revision keeps. */
export function templateOf(revision: ReadRevision): PodTemplateSpec {
  const data = structuredClone(revision.data) as ReturnType<typeof revisionData> & {
    spec: { template: PodTemplateSpec & { $patch?: string } }
  }
  const { $patch: _, ...template } = data.spec.template
  return template
}

/** A new revision of the owner's present template. */
export function makeRevision<O extends Historied>(
  owner: Cached<O>,
  of: { resource: Resource<O>; revision: number; hashLabel: string },
): ControllerRevision {
  const { template } = owner.spec
  const data = revisionData(template)
  const collisions = owner.status?.collisionCount
  // Upstream has two ways: DaemonSets hash the template, StatefulSets what the revision keeps.
  const hash =
    of.hashLabel === REVISION_HASH
      ? templateHash(template, collisions)
      : revisionHash(data, collisions ?? 0)
  const { annotations } = owner.metadata
  return {
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata.labels, [of.hashLabel]: hash },
      ...(annotations && { annotations: { ...annotations } }),
      ownerReferences: [controllerReference(owner, of.resource)],
    },
    data,
    revision: of.revision,
  }
}

/** Oldest first. */
export function sortRevisions(revisions: Iterable<ReadRevision>): ReadRevision[] {
  return [...revisions].sort(
    (a, b) =>
      a.revision - b.revision ||
      (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1),
  )
}

/** What is to become of the history, now that the owner has this template. */
export type HistoryPlan =
  | { readonly kind: 'keep'; readonly update: ReadRevision }
  /** A template of old is back: its revision becomes the newest. */
  | { readonly kind: 'raise'; readonly update: ReadRevision; readonly revision: number }
  | { readonly kind: 'create'; readonly revision: number }

export function planHistory(
  template: DeepReadonly<PodTemplateSpec>,
  sorted: readonly ReadRevision[],
): HistoryPlan {
  const last = sorted.at(-1)
  const data = revisionData(template)
  const equal = sorted.filter((revision) => semanticEqual(revision.data, data)).at(-1)
  const revision = (last?.revision ?? 0) + 1
  if (!equal) return { kind: 'create', revision }
  if (equal === last) return { kind: 'keep', update: equal }
  return { kind: 'raise', update: equal, revision }
}

/** Carries the plan out. Undefined: the name is taken by another template, so the owner has to count. */
export async function applyHistory<O extends Historied>(
  client: Client,
  of: { owner: Cached<O>; resource: Resource<O>; plan: HistoryPlan; hashLabel: string },
  call: { signal: AbortSignal },
): Promise<ReadRevision | undefined> {
  const { owner, plan } = of
  const revisions = client.for(controllerRevisions)
  if (plan.kind === 'keep') return plan.update
  if (plan.kind === 'raise') {
    const changed = { ...structuredClone(plan.update), revision: plan.revision }
    return revisions.update(changed as ControllerRevision, call)
  }
  const made = makeRevision(owner, { ...of, revision: plan.revision })
  try {
    return await revisions.create(made, call)
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error
    const { name = '', namespace = '' } = made.metadata
    const there = await revisions.get({ name, namespace }, call)
    return semanticEqual(there.data, made.data) ? there : undefined
  }
}

/** The owner's revisions, sorted, after adopting and releasing. */
export async function claimRevisions<O extends Historied>(
  client: Client,
  of: { owner: Cached<O>; resource: Resource<O>; informer: Informer<ControllerRevision> },
  call: { signal: AbortSignal },
): Promise<ReadRevision[]> {
  const { owner, resource, informer } = of
  const { uid, namespace } = owner.metadata
  const around = [...controlledBy(informer, uid), ...orphansIn(informer, namespace)]
  const plan = planClaims(owner, around, (revision) =>
    matchesLabelSelector(owner.spec.selector, revision.metadata.labels ?? {}),
  )
  const claimed = await claim(
    { client, owner, ownerResource: resource, resource: controllerRevisions, plan },
    call,
  )
  return sortRevisions(claimed)
}

/** Revisions beyond the limit that nothing lives from, oldest first. */
export function surplusRevisions(
  sorted: readonly ReadRevision[],
  live: (revision: ReadRevision) => boolean,
  limit: number,
): ReadRevision[] {
  const idle = sorted.filter((revision) => !live(revision))
  return idle.slice(0, Math.max(0, idle.length - limit))
}

export async function deleteRevisions(
  client: Client,
  revisions: readonly ReadRevision[],
  call: { signal: AbortSignal },
): Promise<void> {
  for (const { metadata } of revisions) {
    const { name, namespace, uid } = metadata
    try {
      const body = { preconditions: { uid } }
      await client.for(controllerRevisions).delete({ name, namespace }, body, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    }
  }
}
