import type { SeededRandom } from '../../../src/sim/index.ts'
import type { OpenStoreOptions } from '../../../src/store/index.ts'

const QUOTA_SHARE = 0.15

/** Quotas that are used up in some runs; checks of changes that are off in some. */
export function planEtcd(random: SeededRandom): OpenStoreOptions['etcd'] {
  const quota = random.fork('quota')
  return {
    strictReconfigCheck: random.fork('strict').chance(0.7),
    autoPromote: random.fork('promote').chance(0.3),
    learnersMax: 2,
    progressPeriodMs: 100,
    ...(random.fork('corrupt-check').chance(0.5) && { corruptCheckMs: 400 }),
    ...(quota.chance(QUOTA_SHARE) && { quotaBytes: quota.pick([15_000, 40_000]) }),
  }
}
