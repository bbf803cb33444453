import type { DeepReadonly } from '../../base/index.ts'
import {
  controllerReference,
  deployments,
  type PodTemplateSpec,
  type ReplicaSet,
  semanticEqual,
} from '../../api/index.ts'
import { templateHash } from './revision-hash.ts'
import {
  byAge,
  type ReadDeployment,
  type ReadSet,
  replicasAnnotations,
  sizeOf,
} from './deployment-arithmetic.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
export const TEMPLATE_HASH = 'pod-template-hash'

/** Characters of the history annotation (upstream's `maxRevHistoryLengthInChars`). */
const HISTORY_CHARS_MAX = 2000

/** Annotations of a deployment that its sets do not inherit. */
const NOT_INHERITED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
])

const INT64_MAX = 2n ** 63n - 1n

/** A set's revision, an int64; 0 when it bears none. */
export function revisionOf(set: DeepReadonly<ReplicaSet>): bigint {
  const text = set.metadata.annotations?.[REVISION] ?? ''
  const revision = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n
  return revision <= INT64_MAX ? revision : 0n
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b)

/** Sets of a deployment: the one with its present template, and all others. */
export interface SplitSets {
  readonly newSet: ReadSet | undefined
  readonly oldSets: ReadSet[]
  /** The highest revision among the old ones. */
  readonly maxOldRevision: bigint
}

export function splitSets(deployment: ReadDeployment, sets: readonly ReadSet[]): SplitSets {
  const template = deployment.spec.template
  // Should there be two (after an upgrade of defaults), the oldest counts: every look finds the same.
  const newSet = [...sets]
    .sort(byAge)
    .find((set) => set.spec.template && sameTemplate(set.spec.template, template))
  const oldSets = sets.filter((set) => set !== newSet)
  return { newSet, oldSets, maxOldRevision: oldSets.map(revisionOf).reduce(larger, 0n) }
}

/** Whether two pod templates are the same but for the hash in their labels. */
export function sameTemplate(
  a: DeepReadonly<PodTemplateSpec>,
  b: DeepReadonly<PodTemplateSpec>,
): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b))
}

function withoutHash(template: DeepReadonly<PodTemplateSpec>): unknown {
  const { labels, creationTimestamp: _, ...metadata } = template.metadata
  const { [TEMPLATE_HASH]: __, ...others } = labels ?? {}
  return { ...template, metadata: { ...metadata, labels: others } }
}

/** The annotations that the new set is to have, beside those that it has. */
export function newSetAnnotations(
  deployment: ReadDeployment,
  set: ReadSet | undefined,
  revision: bigint,
): Record<string, string> {
  const annotations: Record<string, string> = {}
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_INHERITED.has(name)) annotations[name] = value
  }
  const before = set ? revisionOf(set) : 0n
  annotations[REVISION] = String(larger(before, revision))
  if (set && before > 0n && before < revision) {
    annotations[REVISION_HISTORY] = history(set.metadata.annotations?.[REVISION_HISTORY], before)
  }
  return annotations
}

/** The revisions that a set had before, oldest dropped when they grow too long. */
function history(old: string | undefined, revision: bigint): string {
  const revisions = old ? old.split(',') : []
  revisions.push(String(revision))
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_CHARS_MAX) revisions.shift()
  return revisions.join(',')
}

/** The set for the deployment's present template, not yet sized. */
export function makeNewSet(
  deployment: ReadDeployment,
  options: { revision: bigint; replicas: number },
): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec
  const hash = templateHash(template, deployment.status?.collisionCount)
  const own = JSON.parse(JSON.stringify(template)) as PodTemplateSpec
  const labels = { ...own.metadata.labels, [TEMPLATE_HASH]: hash }
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: {
        ...newSetAnnotations(deployment, undefined, options.revision),
        ...replicasAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment, deployments)],
    },
    spec: {
      replicas: options.replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: {
        ...(selector.matchExpressions && {
          matchExpressions: selector.matchExpressions.map((requirement) => ({
            ...requirement,
            values: [...(requirement.values ?? [])],
          })),
        }),
        matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash },
      },
      template: { ...own, metadata: { ...own.metadata, labels } },
    },
    status: { replicas: 0 },
  }
}

/** Old sets beyond the history's limit, lowest revision first. */
export function setsToCleanUp(deployment: ReadDeployment, oldSets: readonly ReadSet[]): ReadSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10
  const alive = oldSets.filter((set) => set.metadata.deletionTimestamp === undefined)
  const surplus = alive.length - limit
  if (surplus <= 0) return []
  return alive
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)))
    .slice(0, surplus)
    .filter(isIdle)
}

function isIdle(set: ReadSet): boolean {
  const observed = set.status?.observedGeneration ?? 0
  const isObserved = (set.metadata.generation ?? 0) <= observed
  return sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && isObserved
}
