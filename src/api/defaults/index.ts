export { pullPolicyFor } from './container.ts'
export { defaultPod, defaultPodTemplate } from './pod.ts'
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
export { defaultDeployment, defaultReplicaSet } from './workload.ts'
