import type { DeepReadonly } from '../../base/index.ts'
import type { Node, NodeSelectorTerm } from '../core/index.ts'
import type { RuntimeClass } from '../node/index.ts'
import type { StorageClass } from '../storage/index.ts'

const since = (version: string, name: string) =>
  `deprecated since ${version}; use "${name}" instead`

/** Labels of nodes that have another name now. */
const OLD_LABELS = new Map([
  ['beta.kubernetes.io/arch', since('v1.14', 'kubernetes.io/arch')],
  ['beta.kubernetes.io/os', since('v1.14', 'kubernetes.io/os')],
  ['failure-domain.beta.kubernetes.io/region', since('v1.17', 'topology.kubernetes.io/region')],
  ['failure-domain.beta.kubernetes.io/zone', since('v1.17', 'topology.kubernetes.io/zone')],
  ['beta.kubernetes.io/instance-type', since('v1.17', 'node.kubernetes.io/instance-type')],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  [
    'scheduler.alpha.kubernetes.io/preferAvoidPods',
    'deprecated since v1.22; use Taints and Tolerations instead',
  ],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
])

/** What is to be said of a label of nodes at `path`. */
export function labelWarnings(label: string, path: string): string[] {
  const text = OLD_LABELS.get(label)
  return text === undefined ? [] : [`${path}: ${text}`]
}

/** The same where the label stands as a value. */
export function labelValueWarnings(label: string, path: string): string[] {
  const text = OLD_LABELS.get(label)
  return text === undefined ? [] : [`${path}: ${label} is ${text}`]
}

export function nodeTermWarnings(term: DeepReadonly<NodeSelectorTerm>, path: string): string[] {
  return (term.matchExpressions ?? []).flatMap(({ key }, i) =>
    labelValueWarnings(key, `${path}.matchExpressions[${i}].key`),
  )
}

export function warnNode({ spec }: DeepReadonly<Node>): string[] {
  const warnings: string[] = []
  if (spec?.configSource) warnings.push('spec.configSource: the feature is removed')
  if (spec?.externalID) {
    warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes')
  }
  return warnings
}

export function warnRuntimeClass({ scheduling }: DeepReadonly<RuntimeClass>): string[] {
  return Object.keys(scheduling?.nodeSelector ?? {}).flatMap((label) =>
    labelWarnings(label, `scheduling.nodeSelector[${label}]`),
  )
}

export function warnStorageClass({ allowedTopologies }: DeepReadonly<StorageClass>): string[] {
  return (allowedTopologies ?? []).flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key }, k) =>
      labelValueWarnings(key, `allowedTopologies[${i}].matchLabelExpressions[${k}].key`),
    ),
  )
}
