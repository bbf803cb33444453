import type { DeepReadonly } from '../../../base/index.ts'
import type { Container, Pod } from '../../core/index.ts'
import { qosClassOf } from '../../helpers/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/equal.ts'
import { forbidden, invalid } from '../field-errors.ts'
import { validateResources } from './resources.ts'

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
const LISTS = ['containers', 'initContainers'] as const
const PARTS = ['requests', 'limits'] as const
const RESIZABLE = ['cpu', 'memory']

/** What containers may be given more or less of while they run: CPU and memory (KEP-1287). */
export function validatePodResize(pod: DeepReadonly<Pod>, old: DeepReadonly<Pod>): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return [forbidden('', 'static pods cannot be resized')]
  }
  if (old.spec.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')]
  const errors: FieldError[] = []
  const before = old.status?.qosClass ?? qosClassOf(old)
  if (qosClassOf(pod) !== before) {
    const detail = 'Pod QOS Class may not change as a result of resizing'
    errors.push(invalid('spec', before, detail))
  }
  for (const list of LISTS) {
    for (const [i, container] of (pod.spec[list] ?? []).entries()) {
      const was = old.spec[list]?.[i]
      if (!was) continue
      const path = `spec.${list}[${i}].resources`
      if (container.resources) errors.push(...validateResources(container.resources, path))
      errors.push(...removedAmounts(container, was, path))
    }
  }
  if (LISTS.some((list) => !onlyResized(pod.spec[list], old.spec[list]))) {
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable\n'))
  }
  return errors
}

type ReadContainer = DeepReadonly<Container>

function removedAmounts(now: ReadContainer, was: ReadContainer, path: string): FieldError[] {
  return PARTS.flatMap((part) => {
    const names = Object.keys(was.resources?.[part] ?? {})
    const gone = names.filter((name) => !Object.hasOwn(now.resources?.[part] ?? {}, name))
    return gone.length > 0
      ? [forbidden(`${path}.${part}`, `resource ${part} cannot be removed`)]
      : []
  })
}

/** Whether the containers are the same but for CPU and memory. */
function onlyResized(
  now: readonly ReadContainer[] = [],
  before: readonly ReadContainer[] = [],
): boolean {
  const rest = (containers: readonly ReadContainer[]) =>
    containers.map(({ resources, ...container }) => ({
      ...container,
      resizePolicy: undefined,
      claims: resources?.claims,
      amounts: PARTS.map((part) =>
        Object.entries(resources?.[part] ?? {}).filter(([name]) => !RESIZABLE.includes(name)),
      ),
    }))
  return semanticEqual(rest(now), rest(before))
}
