import type { CertificateSigner, Clock, Log, Random, Signer } from '../../base/index.ts'
import { events, type Resource } from '../../api/index.ts'
import { type Client, forkSignal, type Informers, QueuedEventRecorder } from '../../client/index.ts'
import { attachDetachController } from './attach-detach.ts'
import { bootstrapSigner } from './bootstrap-signer.ts'
import { certificateApprover, type ServingApproval } from './certificate-approver.ts'
import { certificateCleaner } from './certificate-cleaner.ts'
import { certificateSigning } from './certificate-signer.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { admissionPolicyStatus } from './admission-policy-status.ts'
import { clusterRoleAggregation } from './cluster-role-aggregation.ts'
import { rootCaPublisher } from './root-ca-publisher.ts'
import { autoscalerController, type AutoscalerOptions } from './autoscaler.ts'
import { cronJobController } from './cron-job.ts'
import { accountOf, reporterOf } from './accounts.ts'
import { daemonSetController } from './daemon-set.ts'
import { deploymentController } from './deployment.ts'
import { endpointSliceController } from './endpoint-slice.ts'
import { endpointSliceMirroringController } from './endpoint-slice-mirroring.ts'
import { endpointsController } from './endpoints.ts'
import { ephemeralVolumeController } from './ephemeral-volume.ts'
import { garbageCollector } from './garbage-collector.ts'
import { jobController, type JobOptions } from './job.ts'
import { namespaceController } from './namespace.ts'
import { nodeIpamController, type NodeIpamOptions } from './node-ipam.ts'
import { nodeLifecycleController, type NodeLifecycleOptions } from './node-lifecycle.ts'
import { podGcController, type PodGcOptions } from './pod-gc.ts'
import { disruptionController } from './disruption-budgets.ts'
import { replicaSetController } from './replica-set.ts'
import { replicationController } from './replication-controller.ts'
import { resourceClaimController } from './resource-claim.ts'
import { resourceQuotaController } from './resource-quota.ts'
import {
  type Controller,
  type ControllerContext,
  type ControllerMetrics,
  ControllerRunner,
} from './runtime.ts'
import { serviceAccountController } from './service-account.ts'
import { serviceAccountTokenController } from './service-account-token.ts'
import { serviceCidrController } from './service-cidr.ts'
import { statefulSetController } from './stateful-set.ts'
import { taintEvictionController } from './taint-eviction.ts'
import { ttlAfterFinishedController } from './ttl-after-finished.ts'
import { ttlController } from './ttl.ts'
import { volumeBinderController, type VolumeBinderOptions } from './volume-binder.ts'
import { volumeExpanderController } from './volume-expander.ts'
import {
  attributesClassProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from './volume-protection.ts'

export interface ControllersOptions {
  readonly client: Client
  /** A client with no more rights than a service account of `kube-system`. Default: `client`. */
  readonly clientAs?: (account: string) => Client
  /** Run by the caller. They may outlive the controllers, for the next time this master leads. */
  readonly informers: Informers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Every resource that the API serves. */
  readonly resources: readonly Resource[]
  /** Default: all. */
  readonly only?: readonly string[]
  /** Authority of the API servers' certificates, for pods. */
  readonly rootCaPem?: string
  /** The key of service accounts' tokens; absent: secrets for them stay empty. */
  readonly accountSigner?: Signer
  /** The authority of client certificates; absent: requests are not signed. */
  readonly certificateSigner?: CertificateSigner
  /** How long certificates are good at most. Default: a year. */
  readonly signingMs?: number
  /** Whether nodes get certificates for their own addresses without a hand. Default: no. */
  readonly servingApproval?: ServingApproval
  readonly nodeLifecycle?: NodeLifecycleOptions
  /** Absent: nodes get no blocks of addresses. */
  readonly nodeIpam?: NodeIpamOptions | undefined
  readonly podGc?: PodGcOptions
  readonly job?: JobOptions
  readonly volumes?: VolumeBinderOptions
  readonly autoscaler?: AutoscalerOptions
}

/** Undefined: this cluster has nothing for it to work with. */
type Factory = (context: ControllerContext, options: ControllersOptions) => Controller | undefined

/** All controllers by name, as in kube-controller-manager. */
export const controllers: Readonly<Record<string, Factory>> = {
  'bootstrap-signer-controller': bootstrapSigner,
  'certificatesigningrequest-approving-controller': (context, { servingApproval: serving }) =>
    certificateApprover(context, { serving }),
  'certificatesigningrequest-cleaner-controller': certificateCleaner,
  'certificatesigningrequest-signing-controller': (
    context,
    { certificateSigner: signer, signingMs },
  ) =>
    signer && certificateSigning(context, { signer, ...(signingMs && { longestMs: signingMs }) }),
  'clusterrole-aggregation-controller': clusterRoleAggregation,
  'deployment-controller': deploymentController,
  'replicaset-controller': replicaSetController,
  'replicationcontroller-controller': replicationController,
  'statefulset-controller': statefulSetController,
  'daemonset-controller': daemonSetController,
  'job-controller': (context, options) => jobController(context, options.job),
  'cronjob-controller': cronJobController,
  'ttl-after-finished-controller': ttlAfterFinishedController,
  'disruption-controller': disruptionController,
  'persistentvolume-binder-controller': (context, options) =>
    volumeBinderController(context, options.volumes),
  'persistentvolume-attach-detach-controller': attachDetachController,
  'persistentvolume-expander-controller': volumeExpanderController,
  'persistentvolumeclaim-protection-controller': claimProtectionController,
  'persistentvolume-protection-controller': volumeProtectionController,
  'volumeattributesclass-protection-controller': attributesClassProtectionController,
  'ephemeral-volume-controller': ephemeralVolumeController,
  'horizontal-pod-autoscaler-controller': (context, options) =>
    autoscalerController(context, options.autoscaler),
  'endpoints-controller': endpointsController,
  'endpointslice-controller': endpointSliceController,
  'endpointslice-mirroring-controller': endpointSliceMirroringController,
  'namespace-controller': namespaceController,
  'garbage-collector-controller': garbageCollector,
  'node-ipam-controller': (context, { nodeIpam }) =>
    nodeIpam && nodeIpamController(context, nodeIpam),
  'node-lifecycle-controller': (context, options) =>
    nodeLifecycleController(context, options.nodeLifecycle),
  'taint-eviction-controller': taintEvictionController,
  'root-ca-certificate-publisher-controller': (context, options) =>
    options.rootCaPem === undefined ? undefined : rootCaPublisher(context, options.rootCaPem),
  'resourceclaim-controller': resourceClaimController,
  'resourcequota-controller': resourceQuotaController,
  'service-cidr-controller': serviceCidrController,
  'serviceaccount-controller': serviceAccountController,
  // As itself, not as an account: it is what gives accounts their tokens.
  'serviceaccount-token-controller': (context, { accountSigner: signer, rootCaPem, client }) =>
    signer &&
    serviceAccountTokenController(
      { ...context, client },
      { signer, ...(rootCaPem !== undefined && { rootCaPem }) },
    ),
  'token-cleaner-controller': tokenCleaner,
  'ttl-controller': ttlController,
  'pod-garbage-collector-controller': (context, options) => podGcController(context, options.podGc),
  'validatingadmissionpolicy-status-controller': admissionPolicyStatus,
}

export const controllerNames: readonly string[] = Object.keys(controllers)

export interface RunningControllers {
  /** Resolves when all have ended; rejects when one broke an invariant, with the others stopped. */
  readonly ended: Promise<void>
  metrics(): readonly ControllerMetrics[]
}

/**
 * Starts the controllers; they stop with the signal, at the next await. Only the leader of the
 * control plane calls this.
 */
export function startControllers(
  options: ControllersOptions,
  { signal }: { signal: AbortSignal },
): RunningControllers {
  const { clock, log, only } = options
  const recorder = new QueuedEventRecorder({ ...options, events, component: 'controller-manager' })
  const runners = Object.entries(controllers)
    .filter(([name]) => !only || only.includes(name))
    .flatMap(([name, make]) => {
      const context: ControllerContext = {
        ...options,
        client: options.clientAs?.(accountOf(name)) ?? options.client,
        recorder: recorder.as(reporterOf(name)),
        log: log.child({ controller: name }),
      }
      const controller = make(context, options)
      return controller ? [new ControllerRunner(controller, { clock, log })] : []
    })
  return {
    ended: runAll([recorder, ...runners], signal),
    metrics: () => runners.map((runner) => runner.metrics),
  }
}

interface Runnable {
  run(options: { signal: AbortSignal }): Promise<void>
}

async function runAll(runnables: readonly Runnable[], signal: AbortSignal): Promise<void> {
  const stop = forkSignal(signal)
  const results = await Promise.allSettled(
    runnables.map(async (runnable) => {
      try {
        await runnable.run({ signal: forkSignal(stop.signal).signal })
      } catch (error) {
        stop.controller.abort(error)
        throw error
      }
    }),
  )
  stop.release()
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
