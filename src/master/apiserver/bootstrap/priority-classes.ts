import type { PriorityClass } from '../../../api/index.ts'
import type { Store } from '../registry/store.ts'
import { createMissing } from './create-missing.ts'

/** The classes that every cluster has, above all that users may make. */
const SYSTEM_CLASSES = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another ' +
      'node if necessary.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
]

/** Makes the system's priority classes, as far as they are not there. */
export async function ensurePriorityClasses(
  classes: Store,
  options: { signal: AbortSignal },
): Promise<void> {
  for (const { name, value, description } of SYSTEM_CLASSES) {
    const object: PriorityClass = { metadata: { name }, value, description }
    await createMissing(classes, object, options)
  }
}
