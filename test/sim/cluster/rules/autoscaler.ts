import { Violation } from '../../world.ts'
import { numberAt } from '../seen.ts'
import type { Rule } from './index.ts'

/** An autoscaler asks for no more and no fewer than it may. */
export const autoscalerRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (now?.kind !== 'HorizontalPodAutoscaler') return
    const asked = numberAt(now, 'status.desiredReplicas')
    if (asked === 0 || asked === numberAt(old, 'status.desiredReplicas')) return
    const versions = observer.recent.versions(now)
    const least = Math.min(...versions.map((each) => numberAt(each, 'spec.minReplicas', 1)))
    const most = Math.max(...versions.map((each) => numberAt(each, 'spec.maxReplicas')))
    // Where it could not be changed, it says what there is.
    const { name, namespace } = now.metadata
    const deployment = observer
      .ofKind('Deployment')
      .find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
    const sizes = deployment ? observer.recent.versions(deployment) : []
    const isThere = sizes.some((each) => numberAt(each, 'spec.replicas', 1) === asked)
    if (isThere || (asked >= least && asked <= most)) return
    throw new Violation(`${key} asks for ${asked}, may for ${least} to ${most}`)
  }
}
