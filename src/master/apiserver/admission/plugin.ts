import type { Clock, Log, Random } from '../../../base/index.ts'
import type { Kv } from '../../../kv/index.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { AdmissionConfig } from '../configuration/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { WebhookCaller } from '../webhooks/call.ts'
import type { Lookup } from './lookup.ts'

/**
 * One admission plugin. Both phases see every request and choose by `attributes`; either throws a
 * StatusError to refuse. Contract:
 *
 * - `admit` (mutating) runs after defaulting and before the kind's own validation; it may change
 *   `attributes.object`. It may run twice (`attributes.reinvocation`), and again for another state
 *   of the object when a write lost a race: the same object must come out the same.
 * - `validate` runs after the kind's own validation and changes nothing. With `dryRun` it must
 *   leave nothing behind.
 * - Phases run in the order of `PLUGIN_ORDER`: all of the first, then all of the second.
 * - For DELETE and CONNECT both run one behind the other, before anything is done.
 */
export interface AdmissionPlugin {
  admit?(attributes: AdmissionAttributes): Promise<void> | void
  validate?(attributes: AdmissionAttributes): Promise<void> | void
}

/** What plugins are made with. */
export interface AdmissionContext {
  /** Reads any resource that is served. */
  readonly lookup: Lookup
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly kv: Kv
  /** Whether pods get the token of their service account. */
  readonly mountTokens: boolean
  /** For plugins that ask whether the user may do something beside the request. */
  readonly authorizer: Authorizer
  /** Absent: webhooks are not asked, for the server cannot reach them. */
  readonly webhooks?: WebhookCaller
  /** Of the file of `--admission-control-config-file`. */
  readonly config: AdmissionConfig
}

export type MakePlugin = (context: AdmissionContext) => AdmissionPlugin

/** All names, in kube-apiserver's order. Names without a plugin of ours are known, and do nothing. */
export const PLUGIN_ORDER = [
  'AlwaysAdmit',
  'NamespaceAutoProvision',
  'NamespaceLifecycle',
  'NamespaceExists',
  'LimitPodHardAntiAffinityTopology',
  'LimitRanger',
  'ServiceAccount',
  'NodeRestriction',
  'TaintNodesByCondition',
  'AlwaysPullImages',
  'ImagePolicyWebhook',
  'PodSecurity',
  'PodNodeSelector',
  'Priority',
  'DefaultTolerationSeconds',
  'PodTolerationRestriction',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'DefaultStorageClass',
  'StorageObjectInUseProtection',
  'OwnerReferencesPermissionEnforcement',
  'PersistentVolumeClaimResize',
  'RuntimeClass',
  'CertificateApproval',
  'CertificateSigning',
  'ClusterTrustBundleAttest',
  'CertificateSubjectRestriction',
  'DefaultIngressClass',
  'DenyServiceExternalIPs',
  'PodTopologyLabels',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
  'ResourceQuota',
  'AlwaysDeny',
] as const

export type PluginName = (typeof PLUGIN_ORDER)[number]

/** What is off unless `--enable-admission-plugins` names it. */
export const OFF_BY_DEFAULT: ReadonlySet<PluginName> = new Set([
  'AlwaysAdmit',
  'NamespaceAutoProvision',
  'NamespaceExists',
  'LimitPodHardAntiAffinityTopology',
  'AlwaysPullImages',
  'ImagePolicyWebhook',
  'PodNodeSelector',
  'PodTolerationRestriction',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'OwnerReferencesPermissionEnforcement',
  'DenyServiceExternalIPs',
  'AlwaysDeny',
])
