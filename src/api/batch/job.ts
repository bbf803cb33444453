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

export const JobCondition = struct('io.k8s.api.batch.v1.JobCondition', '', {
  lastProbeTime: time(3).written(),
  lastTransitionTime: time(4).written(),
  message: string(6),
  reason: string(5),
  status: string(2).named('v1.ConditionStatus').required(),
  type: string(1).named('v1.JobConditionType').required(),
})
export interface JobCondition extends TypeOf<typeof JobCondition> {}

export const JobSpec = struct('io.k8s.api.batch.v1.JobSpec', '', {
  activeDeadlineSeconds: int64(3).nullable(),
  backoffLimit: int32(7).nullable(),
  backoffLimitPerIndex: int32(12).nullable(),
  completionMode: string(9).named('v1.CompletionMode').nullable(),
  completions: int32(2).nullable(),
  managedBy: string(15).nullable(),
  manualSelector: boolean(5).nullable(),
  maxFailedIndexes: int32(13).nullable(),
  parallelism: int32(1).nullable(),
  podFailurePolicy: ref(11, PodFailurePolicy),
  podReplacementPolicy: string(14).named('v1.PodReplacementPolicy').nullable(),
  selector: ref(4, LabelSelector),
  successPolicy: ref(16, SuccessPolicy),
  suspend: boolean(10).nullable(),
  template: ref(6, PodTemplateSpec).required().always(),
  ttlSecondsAfterFinished: int32(8).nullable(),
})
export interface JobSpec extends TypeOf<typeof JobSpec> {}

export const UncountedTerminatedPods = struct('io.k8s.api.batch.v1.UncountedTerminatedPods', '', {
  failed: list(2, string).set().named('types.UID'),
  succeeded: list(1, string).set().named('types.UID'),
})
export interface UncountedTerminatedPods extends TypeOf<typeof UncountedTerminatedPods> {}

export const JobStatus = struct('io.k8s.api.batch.v1.JobStatus', '', {
  active: int32(4),
  completedIndexes: string(7),
  completionTime: time(3).nullable(),
  conditions: list(1, JobCondition).atomic().patch('merge', 'type'),
  failed: int32(6),
  failedIndexes: string(10).nullable(),
  ready: int32(9).nullable(),
  startTime: time(2).nullable(),
  succeeded: int32(5),
  terminating: int32(11).nullable(),
  uncountedTerminatedPods: ref(8, UncountedTerminatedPods),
})
export interface JobStatus extends TypeOf<typeof JobStatus> {}

export const Job = struct('io.k8s.api.batch.v1.Job', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, JobSpec).always(),
  status: ref(3, JobStatus).always(),
})
export interface Job extends TypeOf<typeof Job> {}
