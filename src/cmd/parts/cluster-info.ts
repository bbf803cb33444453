import { stringify } from 'yaml'
import {
  type Clock,
  hasReason,
  type HttpHandler,
  type Log,
  type Random,
  sleep,
} from '../../base/index.ts'
import {
  clusterRoleBindings,
  clusterRoles,
  configMaps,
  roleBindings,
  roles,
} from '../../api/index.ts'
import { type Client, createClient } from '../../client/index.ts'

const GROUP = 'rbac.authorization.k8s.io'
const PUBLIC = 'kube-public'
const INFO = 'cluster-info'
/** As kubeadm names them. */
const TOKENS = 'system:bootstrappers:kubeadm:default-node-token'
const CSR = 'system:certificates.k8s.io:certificatesigningrequests'
const READS_INFO = 'kubeadm:bootstrap-signer-clusterinfo'
/** Ours: Kubernetes leaves the approval of serving certificates to others. */
const APPROVES_SERVING = 'navarch:kubelet-serving-approver'
const RETRY_MS_MIN = 1000
const RETRY_MS_MAX = 30_000

interface ClusterPlace {
  readonly server: string
  readonly caPem: string
}

/**
 * Sees to it that nodes can join with a token and keep their certificates, as kubeadm does:
 * `cluster-info` for those who know nothing yet, and the rights to ask and be approved.
 */
export async function ensureClusterInfo(
  parts: { api: HttpHandler; clock: Clock; random: Random; log: Log } & ClusterPlace,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const identity = { commonName: 'navarch', organizations: ['system:masters'] }
  const transport: HttpHandler = (request) => parts.api({ ...request, identity })
  const client = createClient({ ...parts, transport })
  let left = creations(client, parts)
  for (let retryMs = RETRY_MS_MIN; ; retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)) {
    const failed: Create[] = []
    let reason: unknown
    for (const create of left) {
      await create({ signal }).catch((error: unknown) => {
        if (hasReason(error, 'AlreadyExists')) return
        failed.push(create)
        reason = error
      })
    }
    if (failed.length === 0 || signal.aborted) return
    const fields = { left: failed.length, error: String(reason) }
    parts.log.warn('what nodes need to join could not all be made', fields)
    left = failed
    await sleep(parts.clock, retryMs, { signal }).catch(() => undefined)
  }
}

type Create = (call: { signal: AbortSignal }) => Promise<unknown>

function creations(client: Client, { server, caPem }: ClusterPlace): Create[] {
  const subject = (kind: 'Group' | 'User', name: string) => ({ kind, name, apiGroup: GROUP })
  const bind =
    (name: string, to: { role: string; subjects: ReturnType<typeof subject>[] }): Create =>
    (call) => {
      const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name: to.role }
      const object = { metadata: { name }, roleRef, subjects: to.subjects }
      return client.for(clusterRoleBindings).create(object, call)
    }
  const tokens = [subject('Group', TOKENS)]
  const controllers = 'system:serviceaccount:kube-system:certificate-controller'
  const at = { name: READS_INFO, namespace: PUBLIC }
  return [
    bind('kubeadm:kubelet-bootstrap', { role: 'system:node-bootstrapper', subjects: tokens }),
    bind('kubeadm:node-autoapprove-bootstrap', { role: `${CSR}:nodeclient`, subjects: tokens }),
    bind('kubeadm:node-autoapprove-certificate-rotation', {
      role: `${CSR}:selfnodeclient`,
      subjects: [subject('Group', 'system:nodes')],
    }),
    (call) => {
      const rule = {
        apiGroups: ['certificates.k8s.io'],
        resources: ['signers'],
        resourceNames: ['kubernetes.io/kubelet-serving'],
        verbs: ['approve'],
      }
      const metadata = { name: APPROVES_SERVING }
      return client.for(clusterRoles).create({ metadata, rules: [rule] }, call)
    },
    bind(APPROVES_SERVING, { role: APPROVES_SERVING, subjects: [subject('User', controllers)] }),
    (call) => ensureInfo(client, infoOf(server, caPem), call),
    (call) => {
      const rule = {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: [INFO],
        verbs: ['get'],
      }
      return client.for(roles).create({ metadata: at, rules: [rule] }, call)
    },
    (call) => {
      const roleRef = { apiGroup: GROUP, kind: 'Role', name: READS_INFO }
      const subjects = [subject('User', 'system:anonymous')]
      return client.for(roleBindings).create({ metadata: at, roleRef, subjects }, call)
    },
  ]
}

/** One that tells of another place, or of an authority of old, is put right. */
async function ensureInfo(
  client: Client,
  kubeconfig: string,
  call: { signal: AbortSignal },
): Promise<void> {
  const metadata = { name: INFO, namespace: PUBLIC }
  try {
    await client.for(configMaps).create({ metadata, data: { kubeconfig } }, call)
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error
    const old = await client.for(configMaps).get(metadata, call)
    if (old.data?.['kubeconfig'] === kubeconfig) return
    await client.for(configMaps).update({ ...old, data: { ...old.data, kubeconfig } }, call)
  }
}

/** Where the cluster is and by what it is known, and nothing else. Pure. */
function infoOf(server: string, caPem: string): string {
  const ca = Buffer.from(caPem).toString('base64')
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: '', cluster: { server, 'certificate-authority-data': ca } }],
      contexts: null,
      'current-context': '',
      preferences: {},
      users: null,
    },
    { lineWidth: 0 },
  )
}
