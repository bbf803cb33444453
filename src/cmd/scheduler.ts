import { schedulerCandidate } from './parts/candidates.ts'
import { endWith, runLeading } from './parts/leading.ts'
import { SCHEDULER_FLAGS, schedulerBy } from './parts/scheduler-flags.ts'

/** `navarch scheduler`: as kube-scheduler, for any Kubernetes API. */
const main = runLeading({
  command: 'scheduler',
  purpose: 'gives pods their nodes, for any Kubernetes API.',
  flags: SCHEDULER_FLAGS,
  candidate: (parts, flags) => schedulerCandidate({ ...parts, ...schedulerBy(flags, parts) }),
})

endWith('scheduler', main)
