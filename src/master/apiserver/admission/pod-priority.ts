import type { Pod } from '../../../api/index.ts'
import { forbidden } from './forbidden.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { MakePlugin } from './plugin.ts'

/** The classes that every cluster has. */
const CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

/** Turns a pod's priority class into its number (KEP-268). */
export const podPriority: MakePlugin = () => ({ admit })

function admit(request: AdmissionAttributes): void {
  const { operation, resource, subresource, object } = request
  if (operation !== 'CREATE' || resource.kind !== 'Pod' || subresource !== '') return
  const spec = (object as Pod | undefined)?.spec
  if (!spec) return
  const refuse = (why: string) => forbidden(request, why)
  const className = spec.priorityClassName ?? ''
  const priority = className === '' ? 0 : CLASSES[className]
  if (priority === undefined) throw refuse(`no PriorityClass with name ${className} was found`)
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; ` +
        `priority admission controller computed ${priority} from the given PriorityClass name`,
    )
  }
  spec.priority = priority
  spec.preemptionPolicy ??= 'PreemptLowerPriority'
}
