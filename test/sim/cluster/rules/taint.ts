import { Violation } from '../../world.ts'
import { at, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  readonly effect?: string
}

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** No pod comes to a node whose taints it does not bear: one that has had them for a while. */
export const taintRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (now?.kind !== 'Pod' || !old || !now.spec?.['nodeName'] || old.spec?.['nodeName']) return
    const name = now.spec['nodeName']
    const node = observer.ofKind('Node').find(({ metadata }) => metadata.name === name)
    if (!node) return
    const tolerations = (at(now, 'spec.tolerations') ?? []) as Toleration[]
    const versions = observer.recent.versions(node).map((version) => taintsOf(version))
    const [first = [], ...others] = versions
    const lasting = first.filter((taint) => others.every((taints) => taints.some(isSame(taint))))
    const borne = (taint: Taint) => tolerations.some((each) => tolerates(each, taint))
    const unborne = lasting.find((taint) => !borne(taint))
    if (unborne) throw new Violation(`${key} came to ${node.metadata.name} with ${unborne.key}`)
  }
}

const isSame = (a: Taint) => (b: Taint) => a.key === b.key && a.effect === b.effect

function taintsOf(node: Seen): Taint[] {
  const taints = ((at(node, 'spec.taints') ?? []) as Taint[]).filter(
    ({ effect }) => effect !== 'PreferNoSchedule',
  )
  return at(node, 'spec.unschedulable') ? [...taints, UNSCHEDULABLE] : taints
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false
  if (key && key !== taint.key) return false
  return operator === 'Exists' || (value ?? '') === (taint.value ?? '')
}
