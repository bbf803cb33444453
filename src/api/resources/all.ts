import type { Resource } from '../schema/index.ts'
import { apiServices } from './api-services.ts'
import { bindings } from './bindings.ts'
import { certificateSigningRequests } from './certificate-signing-requests.ts'
import { clusterRoleBindings } from './cluster-role-bindings.ts'
import { clusterRoles } from './cluster-roles.ts'
import { componentStatuses } from './component-statuses.ts'
import { configMaps } from './config-maps.ts'
import { controllerRevisions } from './controller-revisions.ts'
import { cronJobs } from './cron-jobs.ts'
import { csiDrivers } from './csi-drivers.ts'
import { csiNodes } from './csi-nodes.ts'
import { csiStorageCapacities } from './csi-storage-capacities.ts'
import { customResourceDefinitions } from './custom-resource-definitions.ts'
import { daemonSets } from './daemon-sets.ts'
import { deployments } from './deployments.ts'
import { deviceClasses } from './device-classes.ts'
import { endpointSlices } from './endpoint-slices.ts'
import { endpoints } from './endpoints.ts'
import { eventsEvents } from './events-events.ts'
import { events } from './events.ts'
import { flowSchemas } from './flow-schemas.ts'
import { horizontalPodAutoscalersV1 } from './horizontal-pod-autoscalers-v1.ts'
import { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.ts'
import { ingressClasses } from './ingress-classes.ts'
import { ingresses } from './ingresses.ts'
import { ipAddresses } from './ip-addresses.ts'
import { jobs } from './jobs.ts'
import { leases } from './leases.ts'
import { limitRanges } from './limit-ranges.ts'
import { localSubjectAccessReviews } from './local-subject-access-reviews.ts'
import { mutatingAdmissionPolicies } from './mutating-admission-policies.ts'
import { mutatingAdmissionPolicyBindings } from './mutating-admission-policy-bindings.ts'
import { mutatingWebhookConfigurations } from './mutating-webhook-configurations.ts'
import { namespaces } from './namespaces.ts'
import { networkPolicies } from './network-policies.ts'
import { nodes } from './nodes.ts'
import { persistentVolumeClaims } from './persistent-volume-claims.ts'
import { persistentVolumes } from './persistent-volumes.ts'
import { podDisruptionBudgets } from './pod-disruption-budgets.ts'
import { podTemplates } from './pod-templates.ts'
import { pods } from './pods.ts'
import { priorityClasses } from './priority-classes.ts'
import { priorityLevelConfigurations } from './priority-level-configurations.ts'
import { replicaSets } from './replica-sets.ts'
import { replicationControllers } from './replication-controllers.ts'
import { resourceClaimTemplates } from './resource-claim-templates.ts'
import { resourceClaims } from './resource-claims.ts'
import { resourceQuotas } from './resource-quotas.ts'
import { resourceSlices } from './resource-slices.ts'
import { roleBindings } from './role-bindings.ts'
import { roles } from './roles.ts'
import { runtimeClasses } from './runtime-classes.ts'
import { secrets } from './secrets.ts'
import { selfSubjectAccessReviews } from './self-subject-access-reviews.ts'
import { selfSubjectReviews } from './self-subject-reviews.ts'
import { selfSubjectRulesReviews } from './self-subject-rules-reviews.ts'
import { serviceAccounts } from './service-accounts.ts'
import { serviceCidrs } from './service-cidrs.ts'
import { services } from './services.ts'
import { statefulSets } from './stateful-sets.ts'
import { storageClasses } from './storage-classes.ts'
import { subjectAccessReviews } from './subject-access-reviews.ts'
import { tokenReviews } from './token-reviews.ts'
import { validatingAdmissionPolicies } from './validating-admission-policies.ts'
import { validatingAdmissionPolicyBindings } from './validating-admission-policy-bindings.ts'
import { validatingWebhookConfigurations } from './validating-webhook-configurations.ts'
import { volumeAttachments } from './volume-attachments.ts'
import { volumeAttributesClasses } from './volume-attributes-classes.ts'

/**
 * Everything that the API serves, by group, then by name; what is kept as another resource comes
 * behind it.
 */
export const allResources: readonly Resource[] = [
  bindings,
  componentStatuses,
  configMaps,
  endpoints,
  events,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  podTemplates,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
  customResourceDefinitions,
  apiServices,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  selfSubjectReviews,
  tokenReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  cronJobs,
  jobs,
  certificateSigningRequests,
  leases,
  endpointSlices,
  eventsEvents,
  flowSchemas,
  priorityLevelConfigurations,
  ingressClasses,
  ingresses,
  ipAddresses,
  networkPolicies,
  serviceCidrs,
  runtimeClasses,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  deviceClasses,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  priorityClasses,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
]
