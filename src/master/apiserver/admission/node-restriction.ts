import type { DeepReadonly } from '../../../base/index.ts'
import {
  type CertificateSigningRequest,
  type KubeObject,
  type Node,
  parseCertificateRequest,
  type Pod,
  type TokenRequest,
} from '../../../api/index.ts'
import { nodeOf, NODES } from '../user.ts'
import { restrictedLabels } from './node-labels.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import type { Lookup } from './lookup.ts'
import type { MakePlugin } from './plugin.ts'

const MIRROR = 'kubernetes.io/config.mirror'
const LEASES = 'kube-node-lease'
/** What our agents write on a Service: which ports it is served on, where low ones need root. */
const OWN_SERVICE_ANNOTATION = 'navarch.dev/remapped-ports'

/** One request of one node; throws through `refuse`. */
interface Asked {
  readonly node: string
  readonly attributes: AdmissionAttributes
  readonly lookup: Lookup
  readonly refuse: (why: string) => Error
}

/**
 * What a node writes is its own: itself, its pods' status, its lease, tokens for its pods
 * (upstream's NodeRestriction). The authorizer has let it this far.
 */
export const nodeRestriction: MakePlugin = ({ lookup }) => ({
  async admit(attributes) {
    const { user, resource } = attributes
    if (!user.groups.includes(NODES)) return
    const refuse = (why: string) => forbidden(attributes, why)
    const node = nodeOf(user)
    if (node === undefined) {
      throw refuse(`could not determine node from user ${JSON.stringify(user.name)}`)
    }
    const judge = JUDGES[`${resource.group}/${resource.plural}`]
    await judge?.({ node, attributes, lookup, refuse })
  },
})

const JUDGES: Readonly<Record<string, (asked: Asked) => Promise<void> | void>> = {
  '/pods': judgePod,
  '/nodes': judgeNode,
  '/persistentvolumeclaims': judgeClaim,
  '/serviceaccounts': judgeToken,
  '/services': judgeService,
  'certificates.k8s.io/certificatesigningrequests': judgeRequest,
  'coordination.k8s.io/leases': judgeLease,
  'storage.k8s.io/csinodes': judgeCsiNode,
  'resource.k8s.io/resourceslices': judgeSlice,
}

const NODE_SIGNERS: ReadonlySet<string> = new Set([
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client-kubelet',
])

/** A node asks for certificates in its own name alone. */
function judgeRequest({ attributes, refuse }: Asked): void {
  const { operation, subresource, object, user } = attributes
  if (operation !== 'CREATE' || subresource !== '') return
  const { spec } = object as CertificateSigningRequest
  if (!NODE_SIGNERS.has(spec.signerName)) return
  let commonName: string
  try {
    commonName = parseCertificateRequest(Buffer.from(spec.request, 'base64')).commonName
  } catch (error) {
    throw refuse(`unable to parse csr: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (commonName === user.name) return
  throw refuse(`can only create a node CSR with CN=${user.name}`)
}

async function judgePod(asked: Asked): Promise<void> {
  const { attributes, refuse } = asked
  const { subresource, operation } = attributes
  const quoted = JSON.stringify(asked.node)
  switch (subresource) {
    case '':
      if (operation === 'CREATE') return judgeNewPod(asked)
      if (operation === 'DELETE') {
        await requireOwnPod(asked, `node ${quoted} can only delete pods`)
        return
      }
      throw refuse(
        `unexpected operation ${JSON.stringify(operation)}, ` +
          `node ${quoted} can only create and delete mirror pods`,
      )
    case 'status':
      await judgePodStatus(asked)
      return
    case 'eviction':
      await requireOwnPod(asked, `node ${asked.node} can only evict pods`)
      return
    default:
      throw refuse(
        `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`,
      )
  }
}

async function requireOwnPod(asked: Asked, what: string): Promise<void> {
  const { attributes, lookup, node, refuse } = asked
  const { namespace, name, signal } = attributes
  const at = { namespace, name, signal }
  const pod = attributes.old ?? (await lookup.find<Pod>({ group: '', plural: 'pods' }, at))
  if (!pod || (pod as Pod).spec?.nodeName === node) return
  throw refuse(`${what} with spec.nodeName set to itself`)
}

/** What runs on a node by itself is shown in the API, and can use nothing of it. */
function judgeNewPod({ attributes, node, refuse }: Asked): void {
  const { metadata, spec } = attributes.object as Pod
  const quoted = JSON.stringify(node)
  if (metadata.annotations?.[MIRROR] === undefined) {
    const annotation = JSON.stringify(MIRROR)
    throw refuse(
      `pod does not have ${annotation} annotation, node ${quoted} can only create mirror pods`,
    )
  }
  if (spec.nodeName !== node) {
    throw refuse(`node ${quoted} can only create pods with spec.nodeName set to itself`)
  }
  const owners = metadata.ownerReferences ?? []
  if (owners.length > 1) {
    throw refuse(`node ${quoted} can only create pods with a single owner reference set to itself`)
  }
  const foreign = owners.some(
    ({ apiVersion, kind, name }) => apiVersion !== 'v1' || kind !== 'Node' || name !== node,
  )
  if (foreign) {
    throw refuse(`node ${quoted} can only create pods with an owner reference set to itself`)
  }
  if (spec.serviceAccountName) {
    throw refuse(`node ${quoted} can not create pods that reference a service account`)
  }
  for (const [field, words] of Object.entries(REFERENCES)) {
    if (!mentions(spec, field)) continue
    throw refuse(`node ${quoted} can not create pods that reference ${words}`)
  }
}

const REFERENCES = {
  secretName: 'secrets',
  secretRef: 'secrets',
  secretKeyRef: 'secrets',
  imagePullSecrets: 'secrets',
  configMap: 'configmaps',
  configMapRef: 'configmaps',
  configMapKeyRef: 'configmaps',
  persistentVolumeClaim: 'persistentvolumeclaims',
  projected: 'secrets or configmaps',
  resourceClaims: 'resource claims',
} as const

function mentions(value: unknown, field: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([key, item]) => (key === field && item != null) || mentions(item, field),
  )
}

async function judgePodStatus(asked: Asked): Promise<void> {
  const { attributes, node, refuse } = asked
  const quoted = JSON.stringify(node)
  if (attributes.operation !== 'UPDATE') {
    throw refuse(`unexpected operation ${JSON.stringify(attributes.operation)}`)
  }
  await requireOwnPod(asked, `node ${quoted} can only update pod status for pods`)
  const old = attributes.old as Pod
  const now = attributes.object as Pod
  if (!same(now.metadata.labels, old.metadata.labels)) {
    throw refuse(`node ${quoted} cannot update labels through pod status`)
  }
  if (same(now.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses)) return
  throw refuse(`node ${quoted} cannot update resource claim statuses`)
}

const same = (a: unknown, b: unknown) => stable(a ?? {}) === stable(b ?? {})

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${key}:${stable(item)}`).join(',')}}`
}

function judgeNode({ attributes, node, refuse }: Asked): void {
  const { operation } = attributes
  const now = attributes.object as Node | undefined
  const old = attributes.old as Node | undefined
  const quoted = JSON.stringify(node)
  if (operation === 'CREATE' && now) {
    const labels = restrictedLabels(now.metadata.labels, undefined)
    if (labels.length > 0) {
      const list = labels.join(', ')
      throw refuse(`node ${quoted} is not allowed to set the following labels: ${list}`)
    }
  }
  const name = attributes.name || now?.metadata.name || ''
  if (name !== node) {
    throw refuse(`node ${quoted} is not allowed to modify node ${JSON.stringify(name)}`)
  }
  if (operation !== 'UPDATE' || !now || !old) return
  if (!same(now.spec?.taints ?? [], old.spec?.taints ?? [])) {
    throw refuse(`node ${quoted} is not allowed to modify taints`)
  }
  const labels = restrictedLabels(now.metadata.labels, old.metadata.labels)
  if (labels.length > 0) {
    throw refuse(`is not allowed to modify labels: ${labels.join(', ')}`)
  }
  if (same(now.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? [])) return
  throw refuse(`node ${quoted} is not allowed to modify ownerReferences`)
}

function judgeClaim({ attributes, node, refuse }: Asked): void {
  const { operation, subresource, object, old } = attributes
  const quoted = JSON.stringify(node)
  if (operation !== 'UPDATE' || subresource !== 'status') {
    throw refuse('may only update PVC status')
  }
  const fixed = (claim: KubeObject | undefined) => {
    const { status, metadata, ...rest } = (claim ?? { metadata: {} }) as KubeObject & {
      status?: Record<string, unknown>
    }
    const { managedFields: _, resourceVersion: __, ...meta } = metadata
    const kept = Object.entries(status ?? {}).filter(([key]) => !RESIZE_FIELDS.has(key))
    return { ...rest, metadata: meta, status: Object.fromEntries(kept) }
  }
  if (same(fixed(object), fixed(old))) return
  throw refuse(
    `node ${quoted} is not allowed to update fields other than status.capacity and status.conditions`,
  )
}

const RESIZE_FIELDS = new Set([
  'allocatedResourceStatuses',
  'allocatedResources',
  'capacity',
  'conditions',
])

async function judgeToken({ attributes, lookup, node, refuse }: Asked): Promise<void> {
  const { operation, subresource, namespace, signal } = attributes
  if (operation !== 'CREATE' || subresource !== 'token') return
  const ref = (attributes.object as TokenRequest).spec?.boundObjectRef
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) {
    throw refuse('node requested token not bound to a pod')
  }
  if (!ref.uid) throw refuse('node requested token with a pod binding without a uid')
  const at = { namespace, name: ref.name, signal }
  const pod = await lookup.find<Pod>({ group: '', plural: 'pods' }, at)
  if (!pod) throw refuse(`pod ${JSON.stringify(ref.name)} not found`)
  if (pod.metadata.uid !== ref.uid) {
    throw refuse(
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  if (pod.spec.nodeName === node) return
  throw refuse('node requested token bound to a pod scheduled on a different node')
}

function judgeService({ attributes, node, refuse }: Asked): void {
  const { object, old, operation } = attributes
  if (operation !== 'UPDATE') return
  const others = (service: DeepReadonly<KubeObject> | undefined) => {
    const { annotations, managedFields: _, resourceVersion: __, ...meta } = service?.metadata ?? {}
    const { [OWN_SERVICE_ANNOTATION]: ___, ...kept } = annotations ?? {}
    return { ...service, metadata: { ...meta, annotations: kept } }
  }
  if (same(others(object), others(old))) return
  const quoted = JSON.stringify(node)
  throw refuse(`node ${quoted} may only tell of a service on which ports it is served`)
}

function judgeLease({ attributes, node, refuse }: Asked): void {
  if (attributes.namespace !== LEASES) {
    throw refuse(`can only access leases in the "${LEASES}" system namespace`)
  }
  if (nameOf(attributes) === node) return
  throw refuse('can only access node lease with the same name as the requesting node')
}

function judgeCsiNode({ attributes, node, refuse }: Asked): void {
  if (nameOf(attributes) === node) return
  throw refuse('can only access CSINode with the same name as the requesting node')
}

function judgeSlice({ attributes, node, refuse }: Asked): void {
  const slice = (attributes.object ?? attributes.old) as
    | (KubeObject & { spec?: { nodeName?: string } })
    | undefined
  if (!slice || slice.spec?.nodeName === node) return
  throw refuse('can only create, update or delete ResourceSlices of the requesting node')
}

const nameOf = ({ name, object }: AdmissionAttributes) => name || object?.metadata.name || ''
