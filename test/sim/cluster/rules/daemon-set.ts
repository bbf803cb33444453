import { Violation } from '../../world.ts'
import { at, isActive, ownerOf, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

/** One pod of a DaemonSet on a node; a second one beside it where it may surge. */
export const daemonSetRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (old || now?.kind !== 'Pod') return
    const owner = ownerOf(now)
    const set = observer.ofKind('DaemonSet').find(({ metadata }) => metadata.uid === owner?.uid)
    if (!set) return
    const node = nodeOf(now)
    const surges = observer.recent
      .versions(set)
      .some((version) => at(version, 'spec.updateStrategy.rollingUpdate.maxSurge'))
    const there = observer
      .ownedBy(set.metadata.uid, 'Pod')
      .filter((pod) => isActive(pod) && nodeOf(pod) === node).length
    if (there > (surges ? 2 : 1)) throw new Violation(`${key} is one of ${there} pods on ${node}`)
  }
}

/** The node that the pod is meant for. */
function nodeOf(pod: Seen): string {
  const affinity = JSON.stringify(at(pod, 'spec.affinity') ?? {})
  return /"metadata.name","operator":"In","values":\["([^"]+)"\]/.exec(affinity)?.[1] ?? ''
}
