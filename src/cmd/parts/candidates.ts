import { allResources, leases } from '../../api/index.ts'
import {
  type Clock,
  type HttpHandler,
  type Log,
  type PeerIdentity,
  type Random,
  sleep,
} from '../../base/index.ts'
import { eventsEvents } from '../../api/index.ts'
import {
  type Client,
  createClient,
  createInformers,
  LeaderElector,
  SeriesEventRecorder,
} from '../../client/index.ts'
import {
  type ControllersOptions,
  startControllers,
  type VolumeBinderOptions,
} from '../../master/controllers/index.ts'
import { type Extender, Scheduler, type SchedulerConfig } from '../../master/scheduler/index.ts'

export interface CandidateParts {
  readonly name: string
  /** The API server of this process, or the way to one. */
  readonly api: HttpHandler
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Default: short, because members of a local cluster hear of one another at once. */
  readonly times?: ElectionTimes
  /** Default: all. */
  readonly controllers?: readonly string[]
  /** What controllers hand out in the cluster's name. Default: nothing. */
  readonly trust?: Pick<ControllersOptions, 'rootCaPem' | 'certificateSigner' | 'accountSigner'>
  /** Of the built-in provisioner. */
  readonly volumes?: VolumeBinderOptions
  /** Of horizontal pod autoscalers. Default: kube-controller-manager's. */
  readonly autoscaler?: ControllersOptions['autoscaler']
  /** Absent: nodes get no blocks of addresses. */
  readonly nodeIpam?: ControllersOptions['nodeIpam']
  /** How long certificates are good at most. Default: a year. */
  readonly signingMs?: number
  readonly nodeLifecycle?: ControllersOptions['nodeLifecycle']
  /** Whether nodes get certificates for their own addresses without a hand. Default: no. */
  readonly servingApproval?: ControllersOptions['servingApproval']
  /** Default: kube-scheduler's. */
  readonly scheduler?: SchedulerConfig
  /** Of its configuration. */
  readonly extenders?: readonly Extender[]
}

/** Of the election by Lease. */
export interface ElectionTimes {
  readonly leaseDurationMs: number
  readonly renewDeadlineMs: number
  readonly retryPeriodMs: number
}

const TIMES: ElectionTimes = { leaseDurationMs: 4000, renewDeadlineMs: 3000, retryPeriodMs: 500 }
const RESTART_MS = 1000

/** One of a cluster's candidates for work that only one may do. */
export interface Candidate {
  readonly isLeader: boolean
  run(options: { signal: AbortSignal }): Promise<void>
}

export function controllersCandidate(parts: CandidateParts): Candidate {
  return candidate('kube-controller-manager', parts, async ({ client, informers, signal }) => {
    const { controllers: only, trust } = parts
    // What writes is one program, whoever it speaks as: field managers are named after it.
    const clientAs = (account: string) =>
      clientOf(parts, accountIdentity(account), `kube-controller-manager/${account}`)
    const running = startControllers(
      {
        ...parts,
        ...trust,
        client,
        clientAs,
        informers,
        resources: allResources,
        ...(only && { only }),
      },
      { signal },
    )
    await Promise.all([running.ended, informers.run({ signal })])
  })
}

export function schedulerCandidate(parts: CandidateParts): Candidate {
  return candidate('kube-scheduler', parts, async ({ client, informers, signal }) => {
    const recorder = new SeriesEventRecorder({
      ...parts,
      client,
      events: eventsEvents,
      controller: 'default-scheduler',
      instance: `default-scheduler-${parts.name}`,
    })
    const config = parts.scheduler
    const scheduler = new Scheduler({
      ...parts,
      client,
      informers,
      events: recorder,
      ...(config && { config }),
    })
    await Promise.all([
      recorder.run({ signal }),
      informers.run({ signal }),
      scheduler.run({ signal }),
    ])
  })
}

interface Work {
  readonly client: Client
  readonly informers: ReturnType<typeof createInformers>
  readonly signal: AbortSignal
}

/** As the user that upstream's components are, without the detour over TLS. */
function clientOf(
  { api, clock, random, log }: Omit<CandidateParts, 'name'>,
  identity: PeerIdentity,
  userAgent: string,
): Client {
  const transport: HttpHandler = (request) => api({ ...request, identity })
  return createClient({ transport, clock, random, log, userAgent })
}

/** A service account of `kube-system`, as its token would say. */
function accountIdentity(account: string): PeerIdentity {
  return {
    commonName: `system:serviceaccount:kube-system:${account}`,
    organizations: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
  }
}

function candidate(
  component: string,
  parts: CandidateParts,
  work: (work: Work) => Promise<void>,
): Candidate {
  const { clock, random, name } = parts
  const log = parts.log.child({ component })
  const identity = { commonName: `system:${component}`, organizations: [] }
  const client = clientOf({ ...parts, log }, identity, component)
  const elector = new LeaderElector({
    client,
    leases,
    clock,
    random,
    log,
    lease: { namespace: 'kube-system', name: component },
    identity: `${name}_${random.uuid()}`,
    ...(parts.times ?? TIMES),
    releaseOnCancel: true,
    onStartedLeading: (signal) =>
      work({ client, informers: createInformers({ client, clock, random, log }), signal }),
  })
  return {
    get isLeader() {
      return elector.isLeader
    },
    async run({ signal }) {
      while (!signal.aborted) {
        try {
          await elector.run({ signal })
        } catch (error) {
          log.error('the work of a leader failed', { error })
        }
        await sleep(clock, RESTART_MS, { signal }).catch(() => undefined)
      }
    },
  }
}
