import { Violation } from '../../world.ts'
import { at, isActive, numberAt } from '../seen.ts'
import type { Rule } from './index.ts'

/** A namespace has no more pods than its quota says. */
export const quotaRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (old || now?.kind !== 'Pod') return
    const { namespace } = now.metadata
    for (const quota of observer.ofKind('ResourceQuota')) {
      // It holds once the controller has counted what is there, and all servers know.
      if (quota.metadata.namespace !== namespace) continue
      const versions = observer.recent.versions(quota)
      if (!versions.every((version) => at(version, 'status.hard.pods'))) continue
      const hard = numberAt(quota, 'spec.hard.pods')
      const inUse = observer
        .ofKind('Pod')
        .filter((pod) => pod.metadata.namespace === namespace && isActive(pod)).length
      if (inUse > hard) throw new Violation(`${key} is one of ${inUse}, the quota is ${hard}`)
    }
  }
}
