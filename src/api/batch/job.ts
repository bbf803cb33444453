import { PodTemplateSpec } from '../core/index.ts'
import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { PodFailurePolicy, SuccessPolicy } from './job-policy.ts'
import {
  boolean,
  int32,
  int64,
  list,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const JobCondition = struct(
  'io.k8s.api.batch.v1.JobCondition',
  "One aspect of a Job's state.",
  {
    type: string(1, '`Complete`, `Failed`, `Suspended` and others.')
      .named('v1.JobConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastProbeTime: time(3, 'When it was looked at last.').written(),
    lastTransitionTime: time(4, 'When the status changed last.').written(),
    reason: string(5, 'Why, in one CamelCase word, for programs.'),
    message: string(6, 'What happened, for people.'),
  },
)
export interface JobCondition extends TypeOf<typeof JobCondition> {}

export const JobSpec = struct('io.k8s.api.batch.v1.JobSpec', 'What is wanted of a Job.', {
  parallelism: int32(1, 'How many pods may run at a time.').nullable(),
  completions: int32(2, 'How many successes it takes.').nullable(),
  activeDeadlineSeconds: int64(3, 'How long it may take.').nullable(),
  podFailurePolicy: ref(11, PodFailurePolicy, 'What failed pods come to.'),
  successPolicy: ref(16, SuccessPolicy, 'When it has succeeded early.'),
  backoffLimit: int32(7, 'How many failures it may have; 6 by default.').nullable(),
  backoffLimitPerIndex: int32(12, 'How many failures each index may have.').nullable(),
  maxFailedIndexes: int32(13, 'How many indexes may fail.').nullable(),
  selector: ref(4, LabelSelector, 'Labels of its pods; made by the server.'),
  manualSelector: boolean(5, "Whether the selector is the writer's own.").nullable(),
  template: ref(6, PodTemplateSpec, 'What the pods are made from.').required().always(),
  ttlSecondsAfterFinished: int32(8, 'How long it is kept after its end.').nullable(),
  completionMode: string(9, '`NonIndexed` (the default), or `Indexed`: each pod has a number.')
    .named('v1.CompletionMode')
    .nullable(),
  suspend: boolean(10, 'Whether no pods are run.').nullable(),
  podReplacementPolicy: string(14, 'When a pod is replaced: `TerminatingOrFailed` or `Failed`.')
    .named('v1.PodReplacementPolicy')
    .nullable(),
  managedBy: string(15, 'Which controller looks after it.').nullable(),
})
export interface JobSpec extends TypeOf<typeof JobSpec> {}

export const UncountedTerminatedPods = struct(
  'io.k8s.api.batch.v1.UncountedTerminatedPods',
  'Pods that have ended and are not counted yet.',
  {
    succeeded: list(1, string, 'UIDs of successful ones.').set().named('types.UID'),
    failed: list(2, string, 'UIDs of failed ones.').set().named('types.UID'),
  },
)
export interface UncountedTerminatedPods extends TypeOf<typeof UncountedTerminatedPods> {}

export const JobStatus = struct('io.k8s.api.batch.v1.JobStatus', 'How far a Job is.', {
  conditions: list(1, JobCondition, 'What holds at present, by type.')
    .atomic()
    .patch('merge', 'type'),
  startTime: time(2, 'When it was begun.').nullable(),
  completionTime: time(3, 'When it was done.').nullable(),
  active: int32(4, 'Pods that run.'),
  succeeded: int32(5, 'Pods that have succeeded.'),
  failed: int32(6, 'Pods that have failed.'),
  terminating: int32(11, 'Pods that are being deleted.').nullable(),
  completedIndexes: string(7, 'Indexes that have succeeded, such as `1,3-5`.'),
  failedIndexes: string(10, 'Indexes that have failed.').nullable(),
  uncountedTerminatedPods: ref(
    8,
    UncountedTerminatedPods,
    'Pods that have ended and are not counted yet.',
  ),
  ready: int32(9, 'Pods that are ready.').nullable(),
})
export interface JobStatus extends TypeOf<typeof JobStatus> {}

export const Job = struct('io.k8s.api.batch.v1.Job', 'Pods that run until enough have succeeded.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, JobSpec, 'What is wanted.').always(),
  status: ref(3, JobStatus, 'What is.').always(),
})
export interface Job extends TypeOf<typeof Job> {}
