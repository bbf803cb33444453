import { Violation } from '../../world.ts'
import { at, conditionOf, ownerOf, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const isFinished = (job: Seen) =>
  conditionOf(job, 'Complete') === 'True' || conditionOf(job, 'Failed') === 'True'

/** One run for one time, ever; and with `Forbid` none while another runs. */
export const cronJobRule = (): Rule => {
  const begun = new Set<string>()
  return ({ key, old, now }, observer) => {
    if (old || now?.kind !== 'Job') return
    const owner = ownerOf(now)
    if (owner?.kind !== 'CronJob') return
    const time = now.metadata.annotations?.[SCHEDULED] ?? ''
    const run = `${owner.uid} ${time}`
    if (begun.has(run)) throw new Violation(`${key}: a second run for ${time}`)
    begun.add(run)
    const cronJob = observer.ofKind('CronJob').find(({ metadata }) => metadata.uid === owner.uid)
    if (!cronJob) return
    const policies = observer.recent.versions(cronJob).map((v) => at(v, 'spec.concurrencyPolicy'))
    if (policies.some((policy) => policy !== 'Forbid')) return
    const other = observer
      .ownedBy(owner.uid, 'Job')
      .find((job) => job !== now && !isFinished(job) && !job.metadata.deletionTimestamp)
    if (other) throw new Violation(`${key} begins while ${other.metadata.name} runs`)
  }
}
