export { autoscalerColumns, podDisruptionBudgetColumns } from './autoscaling.ts'
export { cronJobColumns, jobColumns } from './batch.ts'
export { certificateSigningRequestColumns } from './certificates.ts'
export { column, genericColumns, labelsText, nameColumn, sinceTime } from './common.ts'
export { nodeColumns } from './nodes.ts'
export { type PodSummary, summarizePod } from './pod-status.ts'
export { podColumns } from './pods.ts'
export { bindingColumns } from './rbac.ts'
export { endpointSliceColumns, endpointsColumns, serviceColumns } from './services.ts'
export {
  configMapColumns,
  eventColumns,
  leaseColumns,
  namespaceColumns,
  secretColumns,
  serviceAccountColumns,
} from './small.ts'
export {
  controllerRevisionColumns,
  daemonSetColumns,
  deploymentColumns,
  podTemplateColumns,
  replicaSetColumns,
  replicationControllerColumns,
  statefulSetColumns,
} from './workloads.ts'
export {
  componentStatusColumns,
  deviceClassColumns,
  ingressClassColumns,
  ingressColumns,
  ipAddressColumns,
  networkPolicyColumns,
  priorityClassColumns,
  resourceClaimColumns,
  resourceClaimTemplateColumns,
  resourceSliceColumns,
  runtimeClassColumns,
  serviceCidrColumns,
} from './networking.ts'
export {
  csiDriverColumns,
  csiNodeColumns,
  csiStorageCapacityColumns,
  persistentVolumeClaimColumns,
  persistentVolumeColumns,
  resourceQuotaColumns,
  storageClassColumns,
  volumeAttachmentColumns,
  volumeAttributesClassColumns,
} from './storage.ts'
