import type { Observer, SeenChange } from '../observer.ts'
import { autoscalerRule } from './autoscaler.ts'
import { cronJobRule } from './cron-job.ts'
import { daemonRolloutRule, daemonSetRule } from './daemon-set.ts'
import { disruptionRule } from './disruption.ts'
import { jobIndexRule, jobRule, parallelismRule } from './job.ts'
import { podRule } from './pod.ts'
import { quotaRule } from './quota.ts'
import { replicaSetRule } from './replica-set.ts'
import { rolloutRule } from './rollout.ts'
import { statefulSetRule } from './stateful-set.ts'
import { taintRule } from './taint.ts'
import { volumeRule } from './volume.ts'

/** Looks at one change, in the state that it leads to; throws a `Violation`. */
export type Rule = (change: SeenChange, observer: Observer) => void

/** Everything that has to hold at every revision. */
export const RULES: readonly (() => Rule)[] = [
  podRule,
  taintRule,
  jobRule,
  jobIndexRule,
  parallelismRule,
  cronJobRule,
  replicaSetRule,
  rolloutRule,
  statefulSetRule,
  daemonSetRule,
  daemonRolloutRule,
  disruptionRule,
  quotaRule,
  volumeRule,
  autoscalerRule,
]
