import { Violation } from '../../world.ts'
import type { Observer } from '../observer.ts'
import { at, isReady, numberAt, ownerOf, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

const REVISION = 'controller-revision-hash'

/** Ordered sets begin no pod before those below it; below the partition all stay as they are. */
export const statefulSetRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (old || now?.kind !== 'Pod') return
    const owner = ownerOf(now)
    const set = observer.ofKind('StatefulSet').find(({ metadata }) => metadata.uid === owner?.uid)
    if (!set) return
    const versions = observer.recent.versions(set)
    const ordinal = Number(now.metadata.name.slice(set.metadata.name.length + 1))
    const isOrdered = at(set, 'spec.podManagementPolicy') !== 'Parallel'
    for (let below = 0; isOrdered && below < ordinal; below++) {
      const name = `${set.metadata.name}-${below}`
      if (wasReady(name, now, observer)) continue
      throw new Violation(`${key} comes before ${name} is ready`)
    }
    const partition = 'spec.updateStrategy.rollingUpdate.partition'
    if (versions.some((version) => ordinal >= numberAt(version, partition))) return
    const revision = now.metadata.labels?.[REVISION]
    const current = versions.map((version) => at(version, 'status.currentRevision'))
    if (current.includes(undefined) || current.includes(revision)) return
    throw new Violation(`${key} is below the partition, and of revision ${revision}`)
  }
}

/** Now, or a short while ago. */
function wasReady(name: string, beside: Seen, observer: Observer): boolean {
  const isIt = ({ metadata }: Seen) =>
    metadata.name === name && metadata.namespace === beside.metadata.namespace
  const now = observer.ofKind('Pod').filter(isIt)
  return [...now, ...observer.recent.lost('Pod').filter(isIt)]
    .flatMap((pod) => observer.recent.versions(pod))
    .some(isReady)
}
