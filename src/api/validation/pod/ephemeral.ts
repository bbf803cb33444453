import type { DeepReadonly } from '../../../base/index.ts'
import { EphemeralContainer, type Pod } from '../../core/index.ts'
import { goDifference, goStruct } from '../../go/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/equal.ts'
import { forbidden } from '../field-errors.ts'
import { validateAnnotationUpdate } from './annotations.ts'
import { validatePod } from './pod.ts'

const MIRROR = 'kubernetes.io/config.mirror'
const PATH = 'spec.ephemeralContainers'

/** Containers for debugging are added to a pod, and stay what they are (KEP-277). */
export function validateEphemeralUpdate(
  pod: DeepReadonly<Pod>,
  old: DeepReadonly<Pod>,
): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined) {
    return [forbidden('', 'static pods do not support ephemeral containers')]
  }
  const errors = [...validatePod(pod), ...validateAnnotationUpdate(pod, old)]
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = pod.spec.ephemeralContainers?.find((container) => container.name === before.name)
    const which = `existing ephemeral containers ${JSON.stringify(before.name)}`
    if (!now) errors.push(forbidden(PATH, `${which} may not be removed\n`))
    else if (!semanticEqual(now, before)) {
      const was = goStruct(EphemeralContainer, before)
      const difference = goDifference(was, goStruct(EphemeralContainer, now))
      errors.push(forbidden(PATH, `${which} may not be changed\n${difference}`))
    }
  }
  return errors
}
