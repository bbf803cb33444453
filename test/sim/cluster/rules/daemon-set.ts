import { Violation } from '../../world.ts'
import type { Observer } from '../observer.ts'
import { at, isActive, isReady, ownerOf, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'
import { part } from './rollout.ts'

const ROLLING = 'spec.updateStrategy.rollingUpdate'
const CONTROLLER = 'daemon-set-controller'

/** One pod of a DaemonSet on a node; a second one beside it where it may surge. */
export const daemonSetRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (old || now?.kind !== 'Pod') return
    const set = setOf(now, observer)
    if (!set) return
    const node = nodeOf(now)
    const surges = observer.recent
      .versions(set)
      .some((version) => at(version, `${ROLLING}.maxSurge`))
    const there = podsOf(set, observer).filter((pod) => isActive(pod) && nodeOf(pod) === node)
    if (there.length <= (surges ? 2 : 1)) return
    throw new Violation(`${key} is one of ${there.length} pods on ${node}`)
  }
}

/** Updates leave no more nodes without a ready pod than may be. */
export const daemonRolloutRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (old?.kind !== 'Pod' || !isActive(old) || (now && isActive(now))) return
    // One that may be taken for unready may go.
    if (!observer.recent.versions(old).filter(isActive).every(isReady)) return
    if (observer.deletions.by(old.metadata) !== CONTROLLER) return
    const set = setOf(old, observer)
    const name = nodeOf(old)
    const node = observer.ofKind('Node').find(({ metadata }) => metadata.name === name)
    // Whom a node does not bear may go at any time.
    if (!set || !node || observer.recent.versions(node).some(isTainted)) return
    const nodes = observer.ofKind('Node')
    const bare = nodes.filter((each) => !hasReady(each.metadata.name)).length
    const sets = observer.recent.versions(set)
    const allowed = Math.max(...sets.map((version) => missingOf(version, nodes.length)))
    if (bare > allowed) throw new Violation(`${key}: ${bare} nodes have no pod, ${allowed} may`)

    /** In case of doubt: the controller may not know yet of those that were lost. */
    function hasReady(on: string): boolean {
      const here = podsOf(set, observer).filter((pod) => nodeOf(pod) === on)
      const lost = observer.recent.lost('Pod').filter((pod) => nodeOf(pod) === on)
      const mayCount = (pod: Seen) =>
        ownerOf(pod)?.uid === set?.metadata.uid &&
        observer.deletions.by(pod.metadata) !== CONTROLLER &&
        observer.recent.versions(pod).some(isReady)
      return [...here, ...lost].some(mayCount)
    }
  }
}

const isTainted = (node: Seen): boolean => Boolean(at(node, 'spec.taints.0'))

function setOf(pod: Seen, observer: Observer): Seen | undefined {
  const uid = ownerOf(pod)?.uid
  return observer.ofKind('DaemonSet').find(({ metadata }) => metadata.uid === uid)
}

function podsOf(set: Seen | undefined, observer: Observer): Seen[] {
  return set ? observer.ownedBy(set.metadata.uid, 'Pod') : []
}

/** On how many nodes a pod may be missing. */
function missingOf(set: Seen, nodes: number): number {
  const missing = part(at(set, `${ROLLING}.maxUnavailable`) ?? 1, nodes, Math.ceil)
  const surge = part(at(set, `${ROLLING}.maxSurge`), nodes, Math.ceil)
  return missing === 0 && surge === 0 ? 1 : missing
}

/** The node that the pod is meant for. */
function nodeOf(pod: Seen): string {
  const affinity = JSON.stringify(at(pod, 'spec.affinity') ?? {})
  return /"metadata.name","operator":"In","values":\["([^"]+)"\]/.exec(affinity)?.[1] ?? ''
}
