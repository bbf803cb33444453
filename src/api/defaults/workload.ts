import type { Deployment, ReplicaSet } from '../apps/index.ts'
import { defaultPodTemplate } from './pod.ts'

export function defaultDeployment(deployment: Deployment): void {
  const { spec } = deployment
  spec.template ??= { metadata: {} }
  defaultPodTemplate(spec.template)
  spec.replicas ??= 1
  spec.strategy ??= {}
  spec.strategy.type ||= 'RollingUpdate'
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {}
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%'
    spec.strategy.rollingUpdate.maxSurge ??= '25%'
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
}

export function defaultReplicaSet(set: ReplicaSet): void {
  set.spec.replicas ??= 1
  set.spec.template ??= { metadata: {} }
  defaultPodTemplate(set.spec.template)
}
