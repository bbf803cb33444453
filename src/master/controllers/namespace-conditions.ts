import type { DeepReadonly } from '../../base/index.ts'
import {
  findCondition,
  formatTime,
  type Namespace,
  type NamespaceCondition,
  semanticEqual,
  withCondition,
} from '../../api/index.ts'

/** What is still in a namespace after an attempt to empty it. */
export interface Remains {
  /** Counts by resource. */
  readonly objects: Map<string, number>
  /** Counts by finalizer. */
  readonly finalizers: Map<string, number>
  /** What could not be deleted, and why. */
  readonly failures: string[]
}

/** The five conditions by which Kubernetes says why a namespace is still there. */
export function namespaceConditions(
  namespace: DeepReadonly<Namespace>,
  remains: Remains,
  nowMs: number,
): NamespaceCondition[] {
  let conditions = (namespace.status?.conditions ?? []).map((condition) => ({ ...condition }))
  for (const next of verdicts(remains)) {
    const known = findCondition(conditions, next.type)
    if (known && known.status === next.status && known.message === next.message) continue
    conditions = withCondition(conditions, { ...next, lastTransitionTime: formatTime(nowMs) })
  }
  return conditions
}

function verdicts({ objects, finalizers, failures }: Remains): NamespaceCondition[] {
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    verdict('NamespaceDeletionContentFailure', failures.length > 0, [
      'ContentDeletionFailed',
      `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ]),
    verdict('NamespaceContentRemaining', objects.size > 0, [
      'SomeResourcesRemain',
      `Some resources are remaining: ${sorted(objects, (n, c) => `${n} has ${c} resource instances`)}`,
      'ContentRemoved',
      'All content successfully removed',
    ]),
    verdict('NamespaceFinalizersRemaining', finalizers.size > 0, [
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${sorted(
        finalizers,
        (name, count) => `${name} in ${count} resource instances`,
      )}`,
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    ]),
  ]
}

function verdict(
  type: string,
  isBad: boolean,
  words: readonly [badReason: string, bad: string, goodReason: string, good: string],
): NamespaceCondition {
  const [badReason, bad, goodReason, good] = words
  return isBad
    ? { type, status: 'True', reason: badReason, message: bad }
    : { type, status: 'False', reason: goodReason, message: good }
}

function sorted(
  counts: ReadonlyMap<string, number>,
  say: (name: string, count: number) => string,
): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => say(name, count))
    .join(', ')
}

export function sameConditions(
  a: readonly NamespaceCondition[] | undefined,
  b: readonly NamespaceCondition[],
): boolean {
  return semanticEqual(a ?? [], b)
}
