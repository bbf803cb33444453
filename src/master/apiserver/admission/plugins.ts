import { mutatingPolicies, validatingPolicies } from '../policies/index.ts'
import { mutatingWebhooks, validatingWebhooks } from '../webhooks/index.ts'
import { alwaysPullImages } from './always-pull-images.ts'
import { defaultIngressClass, defaultStorageClass } from './default-class.ts'
import { denyExternalIps } from './external-ips.ts'
import { limitRanger } from './limit-ranger.ts'
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
} from './certificates.ts'
import { nodeRestriction } from './node-restriction.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeTaints } from './node-taints.ts'
import type { MakePlugin, PluginName } from './plugin.ts'
import { podNodeSelector } from './pod-node-selector.ts'
import { podPriority } from './pod-priority.ts'
import { podSecurity } from './pod-security/pod-security.ts'
import { podServiceAccount } from './pod-service-account.ts'
import { podTolerations } from './pod-tolerations.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { claimResize, storageInUse } from './storage.ts'

/** The plugins that there are, by name. `PLUGIN_ORDER` says when each runs. */
export const PLUGINS: Readonly<Partial<Record<PluginName, MakePlugin>>> = {
  CertificateApproval: certificateApproval,
  CertificateSigning: certificateSigning,
  CertificateSubjectRestriction: certificateSubjectRestriction,
  NodeRestriction: nodeRestriction,
  NamespaceLifecycle: namespaceLifecycle,
  LimitRanger: limitRanger,
  ServiceAccount: podServiceAccount,
  TaintNodesByCondition: nodeTaints,
  AlwaysPullImages: alwaysPullImages,
  PodSecurity: podSecurity,
  PodNodeSelector: podNodeSelector,
  Priority: podPriority,
  DefaultTolerationSeconds: podTolerations,
  DefaultStorageClass: defaultStorageClass,
  StorageObjectInUseProtection: storageInUse,
  PersistentVolumeClaimResize: claimResize,
  RuntimeClass: runtimeClass,
  DefaultIngressClass: defaultIngressClass,
  DenyServiceExternalIPs: denyExternalIps,
  MutatingAdmissionPolicy: mutatingPolicies,
  MutatingAdmissionWebhook: mutatingWebhooks,
  ValidatingAdmissionPolicy: validatingPolicies,
  ValidatingAdmissionWebhook: validatingWebhooks,
  ResourceQuota: resourceQuota,
}
