import type { DeepReadonly } from '../../../base/index.ts'
import type { Pod, PriorityClass } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import type { Lookup } from './lookup.ts'
import type { MakePlugin } from './plugin.ts'

const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', plural: 'priorityclasses' }

/** Turns a pod's priority class into its number, and keeps the default class unique (KEP-268). */
export const podPriority: MakePlugin = ({ lookup }) => ({
  async admit(attributes) {
    if (!attributes.isOf('', 'pods') || !attributes.object) return
    const pod = attributes.object as Pod
    if (attributes.operation === 'UPDATE') keep(pod, attributes.old as Pod)
    if (attributes.operation === 'CREATE') await setPriority(lookup, attributes, pod)
  },
  validate(attributes) {
    const { operation, object } = attributes
    if (operation !== 'CREATE' && operation !== 'UPDATE') return
    if (!attributes.isOf('scheduling.k8s.io', 'priorityclasses') || !object) return
    const { globalDefault, metadata } = object as PriorityClass
    if (!globalDefault) return
    const other = defaultClass(lookup)
    if (!other || (operation === 'UPDATE' && other.metadata.name === metadata.name)) return
    const name = other.metadata.name ?? ''
    const why = `PriorityClass ${name} is already marked as default. Only one default can exist`
    throw forbidden(attributes, why)
  },
})

// Clients that know nothing of the field do not take the priority away.
function keep({ spec }: Pod, old: Pod): void {
  if (spec.priority === undefined && old.spec.priority !== undefined) {
    spec.priority = old.spec.priority
  }
  if (spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = old.spec.preemptionPolicy
  }
}

interface Computed {
  readonly name: string
  readonly priority: number
  readonly policy: string | undefined
}

async function setPriority(
  lookup: Lookup,
  attributes: AdmissionAttributes,
  { spec }: Pod,
): Promise<void> {
  const { name, priority, policy } = await compute(lookup, attributes, spec.priorityClassName ?? '')
  if (name !== '') spec.priorityClassName = name
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw forbidden(
      attributes,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; ` +
        `priority admission controller computed ${priority} from the given PriorityClass name`,
    )
  }
  spec.priority = priority
  if (policy === undefined) return
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw forbidden(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in ` +
        `pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  }
  spec.preemptionPolicy = policy
}

async function compute(
  lookup: Lookup,
  attributes: AdmissionAttributes,
  name: string,
): Promise<Computed> {
  if (name === '') {
    const found = defaultClass(lookup)
    if (!found) return { name: '', priority: 0, policy: 'PreemptLowerPriority' }
    return {
      name: found.metadata.name ?? '',
      priority: found.value ?? 0,
      policy: found.preemptionPolicy,
    }
  }
  const { signal } = attributes
  const found = await lookup.find<PriorityClass>(PRIORITY_CLASSES, { name, signal })
  if (!found) throw forbidden(attributes, `no PriorityClass with name ${name} was found`)
  return { name, priority: found.value ?? 0, policy: found.preemptionPolicy }
}

/** Should there be several, the lowest. */
function defaultClass(lookup: Lookup): DeepReadonly<PriorityClass> | undefined {
  const classes = lookup.list<PriorityClass>(PRIORITY_CLASSES).filter((one) => one.globalDefault)
  return [...classes].sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0]
}
