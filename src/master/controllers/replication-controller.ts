import { type ReplicationController, replicationControllers } from '../../api/index.ts'
import { replicasController } from './replica-set.ts'
import type { Cached, Controller, ControllerContext } from './runtime.ts'

/** The elder kind of replica sets, which selects by equality alone. */
export function replicationController(context: ControllerContext): Controller {
  return replicasController<ReplicationController>(context, {
    name: 'replicationcontroller-controller',
    resource: replicationControllers,
    asSet: (controller: Cached<ReplicationController>) => {
      const { selector, ...spec } = controller.spec
      return { ...controller, spec: { ...spec, selector: { matchLabels: selector ?? {} } } }
    },
  })
}
