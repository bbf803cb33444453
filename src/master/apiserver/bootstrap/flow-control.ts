import type { FlowSchema, KubeObject } from '../../../api/index.ts'
import { defaultFlowControl } from '../fairness/index.ts'
import type { Store } from '../registry/store.ts'
import { timestamp } from '../registry/time.ts'
import { statusRules, updateObject } from '../registry/update.ts'
import { createMissing } from './create-missing.ts'
import { systemCall } from './system-call.ts'

/** Makes the flow schemas and priority levels that every cluster has, as far as they are missing. */
export async function ensureFlowControl(
  storeOf: (plural: string) => Store | undefined,
  options: { signal: AbortSignal },
): Promise<void> {
  for (const [plural, objects] of defaultFlowControl()) {
    const store = storeOf(plural)
    if (store) await Promise.all(objects.map((object) => ensure(store, object, options.signal)))
  }
}

async function ensure(store: Store, object: KubeObject, signal: AbortSignal): Promise<void> {
  const isNew = await createMissing(store, object, { signal })
  if (!isNew || store.resource.kind !== 'FlowSchema') return
  const { priorityLevelConfiguration } = (object as FlowSchema).spec
  const level = JSON.stringify(priorityLevelConfiguration.name)
  const dangling = {
    type: 'Dangling',
    status: 'False',
    lastTransitionTime: timestamp(store.clock.nowMs()),
    reason: 'Found',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${level} and it exists`,
  }
  await updateObject(store, systemCall('', signal), {
    name: object.metadata.name ?? '',
    rules: statusRules(store),
    change: (old) => Object.assign(old, { status: { conditions: [dangling] } }),
  })
}
