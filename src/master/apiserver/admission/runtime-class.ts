import type { DeepReadonly } from '../../../base/index.ts'
import { type Pod, type RuntimeClass, semanticEqual, type Toleration } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import type { Lookup } from './lookup.ts'
import type { MakePlugin } from './plugin.ts'

const RUNTIME_CLASSES = { group: 'node.k8s.io', plural: 'runtimeclasses' }
const NO_MATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
const NO_CLASS =
  'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'

/** What a pod's runtime costs, and where there is one (KEP-688, KEP-894). */
export const runtimeClass: MakePlugin = ({ lookup }) => ({
  async admit(attributes) {
    const { spec } = podOf(attributes) ?? {}
    const found = spec && (await classOf(lookup, attributes, spec))
    if (!spec || !found) return
    if (found.overhead) {
      const fixed = found.overhead.podFixed
      if (spec.overhead && !semanticEqual(spec.overhead, fixed))
        throw forbidden(attributes, NO_MATCH)
      if (fixed) spec.overhead = { ...fixed }
    }
    if (found.scheduling) schedule(attributes, spec, found.scheduling)
  },
  async validate(attributes) {
    const { spec } = podOf(attributes) ?? {}
    if (!spec) return
    const found = await classOf(lookup, attributes, spec)
    if (found?.overhead) {
      if (semanticEqual(spec.overhead, found.overhead.podFixed)) return
      throw forbidden(attributes, NO_MATCH)
    }
    if (spec.overhead) throw forbidden(attributes, NO_CLASS)
  },
})

function podOf(attributes: AdmissionAttributes): Pod | undefined {
  if (attributes.operation !== 'CREATE' || !attributes.isOf('', 'pods')) return undefined
  return attributes.object as Pod | undefined
}

async function classOf(
  lookup: Lookup,
  attributes: AdmissionAttributes,
  { runtimeClassName: name }: Pod['spec'],
): Promise<DeepReadonly<RuntimeClass> | undefined> {
  if (name === undefined) return undefined
  const { signal } = attributes
  const found = await lookup.find<RuntimeClass>(RUNTIME_CLASSES, { name, signal })
  if (found) return found
  throw forbidden(attributes, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
}

function schedule(
  attributes: AdmissionAttributes,
  spec: Pod['spec'],
  scheduling: NonNullable<DeepReadonly<RuntimeClass>['scheduling']>,
): void {
  const selector = { ...spec.nodeSelector }
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    if (selector[key] !== undefined && selector[key] !== value) {
      throw forbidden(
        attributes,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; ` +
          `pod.spec.nodeSelector[${key}] = ${selector[key]}`,
      )
    }
    selector[key] = value
  }
  if (Object.keys(selector).length > 0) spec.nodeSelector = selector
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? [])
  if (tolerations.length > 0) spec.tolerations = tolerations
}

/** Both lists, without those that another of them covers. */
export function mergeTolerations(
  first: readonly Toleration[],
  second: readonly Toleration[],
): Toleration[] {
  const all = [...first, ...second]
  const merged: Toleration[] = []
  for (const [index, one] of all.entries()) {
    if (merged.some((other) => covers(other, one))) continue
    const later = all.slice(index + 1)
    // Of two that are the same the first stays.
    if (later.some((other) => !semanticEqual(other, one) && covers(other, one))) continue
    merged.push({ ...one })
  }
  return merged
}

function covers(wide: Toleration, narrow: Toleration): boolean {
  if (semanticEqual(wide, narrow)) return true
  const anyKey = !wide.key && wide.operator === 'Exists'
  if ((narrow.key ?? '') !== (wide.key ?? '') && !anyKey) return false
  if ((narrow.effect ?? '') !== (wide.effect ?? '') && wide.effect) return false
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    const { tolerationSeconds: seconds } = narrow
    if (seconds === undefined || seconds > wide.tolerationSeconds) return false
  }
  if (wide.operator === 'Exists') return true
  if (wide.operator && wide.operator !== 'Equal') return false
  return narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '')
}
