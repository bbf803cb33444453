import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  endpointSlices,
  keyOf,
  nodes,
  parseCertificateRequest,
  serviceCidrs,
  type SubjectAccessReview,
  subjectAccessReviews,
} from '../../api/index.ts'
import type { Client, ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  conditionTypes,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  kubeletClientFault,
} from './certificate-rules.ts'
import { isOwnServing, type NotOwn, nodeAddresses } from './certificate-serving.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  syncOf,
} from './runtime.ts'

/** Ways for a kubelet to ask, and the right that each needs (KEP-1513). */
const WAYS = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    applies: (username: string, commonName: string) => username === commonName,
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    applies: () => true,
  },
] as const

const SERVING_MESSAGE = 'Auto approving kubelet serving certificate for the addresses of the node.'

/** Lets nodes have certificates for their own addresses. */
export interface ServingApproval {
  /** Names and addresses of masters and of the cluster's endpoint: no node's, whatever it says. */
  readonly masters: readonly string[]
}

/**
 * Approves certificates that kubelets ask for themselves, when the one who asks has the right;
 * those of servers only with `serving`.
 */
export function certificateApprover(
  context: ControllerContext,
  { serving }: { serving?: ServingApproval | undefined } = {},
): Controller {
  const requests = context.informers.for(certificateSigningRequests)
  const around = serving && surroundings(context, serving)
  const client = context.client.for(certificateSigningRequests)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const request = requests.get(key)
    if (!request || !isOpen(request)) return done
    const parsed = parseCertificateRequest(Buffer.from(request.spec.request, 'base64'))
    if (isForServing(request)) {
      const node = around?.machines.get((request.spec.username ?? '').replace(/^system:node:/, ''))
      const notOwn = node && around?.notOwn(node.metadata.name)
      if (notOwn && isOwnServing(request, parsed, { node, notOwn })) {
        await approve(request, SERVING_MESSAGE, call)
      }
      return done
    }
    if (request.spec.signerName !== KUBELET_CLIENT_SIGNER) return done
    if (kubeletClientFault(request, parsed) !== undefined) return done
    for (const { subresource, message, applies } of WAYS) {
      if (!applies(request.spec.username ?? '', parsed.commonName)) continue
      if (!(await isAllowed(context.client, request, { subresource, ...call }))) continue
      await approve(request, message, call)
      return done
    }
    return done
  }

  async function approve(
    request: Cached<CertificateSigningRequest>,
    message: string,
    call: { signal: AbortSignal },
  ): Promise<void> {
    const wanted = draft<CertificateSigningRequest>(request)
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message }
    const now = new Date(context.clock.nowMs()).toISOString().replace(/\.\d+/, '')
    const times = { lastUpdateTime: now, lastTransitionTime: now }
    const conditions = [...(wanted.status?.conditions ?? []), { ...condition, ...times }]
    wanted.status = { ...wanted.status, conditions }
    const at = { name: keyOf(wanted) }
    await client.subresource(at, { name: 'approval', method: 'PUT', body: wanted }, call)
  }

  return {
    name: 'certificatesigningrequest-approving-controller',
    sources: [
      objectsOf(requests),
      // A node asks before, or as, it tells its addresses.
      ...(around ? [changesOf(around.machines, () => waiting()), ...around.sources] : []),
    ],
    reconcile,
  }

  function waiting(): string[] {
    const open = [...requests.list()].filter((each) => isForServing(each) && isOpen(each))
    return open.map(({ metadata }) => metadata.name ?? '')
  }
}

/** What has to be known to judge whether a node asks for its own. */
function surroundings({ informers }: ControllerContext, { masters }: ServingApproval) {
  const machines = informers.for(nodes)
  const slices = informers.for(endpointSlices)
  const blocks = informers.for(serviceCidrs)
  return {
    machines,
    sources: [syncOf(slices), syncOf(blocks)],
    /** What belongs to others than this node: it may claim that as well. */
    notOwn(name: string): NotOwn {
      const others = [...machines.list()].filter(({ metadata }) => metadata.name !== name)
      const servers = slices.get('default/kubernetes')?.endpoints ?? []
      return {
        names: new Set([
          ...masters,
          ...others.flatMap((node) => nodeAddresses(node)),
          ...servers.flatMap(({ addresses }) => addresses),
        ]),
        blocks: [...blocks.list()].flatMap(({ spec }) => spec.cidrs ?? []),
      }
    },
  }
}

/** Whether whoever asks has the right to be approved. */
async function isAllowed(
  client: Client,
  { spec }: Cached<CertificateSigningRequest>,
  call: { subresource: string; signal: AbortSignal },
): Promise<boolean> {
  const review = await client.for(subjectAccessReviews).create(
    {
      metadata: {},
      spec: {
        user: spec.username ?? '',
        groups: [...(spec.groups ?? [])],
        uid: spec.uid ?? '',
        extra: structuredClone(spec.extra ?? {}) as Record<string, string[]>,
        resourceAttributes: {
          group: 'certificates.k8s.io',
          resource: 'certificatesigningrequests',
          verb: 'create',
          subresource: call.subresource,
        },
      },
      status: { allowed: false },
    } satisfies SubjectAccessReview,
    call,
  )
  return review.status.allowed
}

type Request = Cached<CertificateSigningRequest>

function isOpen(request: Request): boolean {
  const types = conditionTypes(request)
  return !types.has('Approved') && !types.has('Denied') && !request.status?.certificate
}

const isForServing = ({ spec }: Request) => spec.signerName === KUBELET_SERVING_SIGNER
