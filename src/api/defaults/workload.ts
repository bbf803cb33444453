import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../apps/index.ts'
import type { PodTemplate, ReplicationController } from '../core/index.ts'
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

export function defaultStatefulSet({ spec }: StatefulSet): void {
  spec.template ??= { metadata: {} }
  defaultPodTemplate(spec.template)
  spec.podManagementPolicy ||= 'OrderedReady'
  spec.updateStrategy ??= {}
  spec.updateStrategy.type ||= 'RollingUpdate'
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {}
    spec.updateStrategy.rollingUpdate.partition ??= 0
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {}
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain'
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain'
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1'
    claim.kind = 'PersistentVolumeClaim'
    claim.spec ??= {}
    claim.spec.volumeMode ??= 'Filesystem'
    claim.status ??= {}
    claim.status.phase ||= 'Pending'
  }
}

export function defaultDaemonSet({ spec }: DaemonSet): void {
  spec.template ??= { metadata: {} }
  defaultPodTemplate(spec.template)
  spec.updateStrategy ??= {}
  spec.updateStrategy.type ||= 'RollingUpdate'
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {}
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0
  }
  spec.revisionHistoryLimit ??= 10
}

/** A controller that says nothing of labels has those of its template. */
export function defaultReplicationController(controller: ReplicationController): void {
  controller.spec ??= {}
  const { spec, metadata } = controller
  if (spec.template) defaultPodTemplate(spec.template)
  const labels = spec.template?.metadata?.labels
  if (labels) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels }
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
  }
  spec.replicas ??= 1
}

export function defaultPodTemplateObject(template: PodTemplate): void {
  template.template ??= { metadata: {} }
  defaultPodTemplate(template.template)
}
