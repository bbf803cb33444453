import { Violation } from '../../world.ts'
import { isActive, numberAt, ownerOf } from '../seen.ts'
import type { Rule } from './index.ts'

/** A ReplicaSet makes no more pods than it is to have. */
export const replicaSetRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (old || now?.kind !== 'Pod') return
    const owner = ownerOf(now)
    const set = observer.ofKind('ReplicaSet').find(({ metadata }) => metadata.uid === owner?.uid)
    if (!set) return
    const wanted = observer.recent
      .versions(set)
      .map((version) => numberAt(version, 'spec.replicas'))
    const active = observer.ownedBy(set.metadata.uid, 'Pod').filter(isActive).length
    const allowed = Math.max(...wanted)
    if (active > allowed) throw new Violation(`${key} is one of ${active} pods for ${allowed}`)
  }
}
