import { Violation } from '../../world.ts'
import type { Observer, SeenChange } from '../observer.ts'
import { isActive, numberAt, ownerOf, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

const INDEX = 'batch.kubernetes.io/job-completion-index'

/** A job's pods are counted once each, never taken back, and no more than were wanted. */
export const jobRule = (): Rule => {
  return ({ key, old, now }) => {
    if (now?.kind !== 'Job') return
    const succeeded = numberAt(now, 'status.succeeded')
    const before = numberAt(old, 'status.succeeded')
    if (succeeded < before) throw new Violation(`${key}: succeeded fell from ${before}`)
    if (succeeded > numberAt(now, 'spec.completions')) {
      throw new Violation(`${key}: ${succeeded} pods succeeded, more than were wanted`)
    }
  }
}

/** An index of a job has one pod at a time, and none after one that succeeded. */
export const jobIndexRule = (): Rule => {
  const completed = new Set<string>()
  return (change, observer) => {
    const { key, old, now } = change
    const index = now?.kind === 'Pod' ? now.metadata.annotations?.[INDEX] : undefined
    if (!now || index === undefined) return
    const uid = ownerOf(now)?.uid ?? ''
    const which = `${uid} ${index}`
    // One that was told to go counts as failed at once, whatever becomes of it.
    if (now.status?.['phase'] === 'Succeeded' && !now.metadata.deletionTimestamp) {
      completed.add(which)
    }
    if (old) return
    if (completed.has(which)) throw new Violation(`${key}: index ${index} has succeeded before`)
    const other = othersOf(change, observer, uid).find(
      (pod) => pod.metadata.annotations?.[INDEX] === index,
    )
    if (other) throw new Violation(`${key}: index ${index} has ${other.metadata.name} already`)
  }
}

/** A job runs no more pods at once than it may. */
export const parallelismRule = (): Rule => {
  return (change, observer) => {
    const { key, old, now } = change
    if (old || now?.kind !== 'Pod') return
    const owner = ownerOf(now)
    const job = observer.ofKind('Job').find(({ metadata }) => metadata.uid === owner?.uid)
    if (!job) return
    const running = 1 + othersOf(change, observer, job.metadata.uid).length
    const allowed = observer.recent.versions(job).map((each) => numberAt(each, 'spec.parallelism'))
    if (running <= Math.max(...allowed)) return
    throw new Violation(`${key} is one of ${running} pods for ${allowed.join(' or ')}`)
  }
}

function othersOf({ now }: SeenChange, observer: Observer, uid: string): Seen[] {
  return observer.ownedBy(uid, 'Pod').filter((pod) => pod !== now && isActive(pod))
}
