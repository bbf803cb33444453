export { defaultAPIService } from './api-service.ts'
export { defaultAutoscaler, SCALE_DOWN_POLICIES, SCALE_UP_POLICIES } from './autoscaler.ts'
export { defaultCronJob, defaultJob } from './batch.ts'
export { pullPolicyFor } from './container.ts'
export { defaultResourceClaim, defaultResourceClaimTemplate } from './devices.ts'
export { defaultFlowSchema, defaultPriorityLevel } from './flow-control.ts'
export { defaultPod, defaultPodTemplate } from './pod.ts'
export { defaultBinding, dropEmptyRules } from './rbac.ts'
export { defaultService } from './service.ts'
export { dropFieldsOfFormerType, keepAllocated, syncClusterIps } from './service-update.ts'
export {
  defaultEndpointSlice,
  defaultEndpoints,
  defaultNamespace,
  defaultNode,
  defaultSecret,
  NAMESPACE_NAME_LABEL,
} from './small.ts'
export {
  defaultDaemonSet,
  defaultDeployment,
  defaultPodTemplateObject,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workload.ts'
export {
  defaultClaim,
  defaultCsiDriver,
  defaultIngressClass,
  defaultLimitRange,
  defaultNetworkPolicy,
  defaultPersistentVolume,
  defaultPriorityClass,
  defaultStorageClass,
  dropOddSource,
  matchSources,
} from './storage.ts'
