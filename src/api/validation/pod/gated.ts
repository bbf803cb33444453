import type { DeepReadonly } from '../../../base/index.ts'
import { NodeSelector, NodeSelectorTerm, type PodSpec } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/equal.ts'
import { goStringMap, invalid } from '../field-errors.ts'
import { goFieldText, goText } from '../go-text.ts'

type Spec = DeepReadonly<PodSpec>
type Term = DeepReadonly<NodeSelectorTerm>

/** KEP-3838: a pod that waits for gates may be told more narrowly where it can run. */
export function validateGatedChange(spec: Spec, old: Spec): FieldError[] {
  return [...validateSelector(spec, old), ...validateTerms(termsOf(spec), termsOf(old))]
}

function validateSelector({ nodeSelector: now }: Spec, { nodeSelector: before }: Spec) {
  const isKept = ([key, value]: [string, string]) => now?.[key] === value
  if (Object.entries(before ?? {}).every(isKept)) return []
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
  return [invalid('spec.nodeSelector', goStringMap(now), detail)]
}

const termsOf = ({ affinity }: Spec) =>
  affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []

function validateTerms(now: readonly Term[], before: readonly Term[]): FieldError[] {
  const nodes = 'spec.affinity.nodeAffinity'
  const at = `${nodes}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
  if (before.length > 0 && now.length !== before.length) {
    const shown = goFieldText(NodeSelector, 'nodeSelectorTerms', now.length > 0 ? now : undefined)
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    return [invalid(at, shown, detail)]
  }
  return before.flatMap((term, i) => {
    const grown = now[i] ?? {}
    if (hasOnlyAdditions(grown, term)) return []
    const detail = 'only additions are allowed (no mutations or deletions)'
    return [invalid(`${at}[${i}]`, goText(NodeSelectorTerm, grown), detail)]
  })
}

function hasOnlyAdditions(now: Term, before: Term): boolean {
  const parts = ['matchExpressions', 'matchFields'] as const
  const isEmpty = (term: Term) => parts.every((part) => !term[part]?.length)
  if (isEmpty(before)) return isEmpty(now)
  return parts.every((part) => {
    const kept = before[part] ?? []
    return semanticEqual((now[part] ?? []).slice(0, kept.length), kept)
  })
}
