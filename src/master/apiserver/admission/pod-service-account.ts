import { type DeepReadonly, randomSuffix, type Random, sleep } from '../../../base/index.ts'
import {
  type Container,
  pathSegmentErrors,
  type Pod,
  type ServiceAccount,
  type Volume,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import { checkMirrorPod, checkSecrets } from './pod-secrets.ts'
import type { AdmissionContext, MakePlugin } from './plugin.ts'

const SERVICE_ACCOUNTS = { group: '', plural: 'serviceaccounts' }
const DEFAULT = 'default'
/** Made by a controller when its namespace is: a pod that comes right behind waits for it. */
const DEFAULT_ATTEMPTS = 10
const DEFAULT_RETRY_MS = 150
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
const ENFORCE_ANNOTATION = 'kubernetes.io/enforce-mountable-secrets'

const TOKEN_VOLUME = 'kube-api-access-'
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
/** An hour and a little: the kubelet renews tokens of an hour in time. */
const TOKEN_SECONDS = 3_607
const TOKEN_MODE = 0o644

type Account = DeepReadonly<ServiceAccount>

/** Every pod runs as a service account of its namespace, and has its token at a known place. */
export const podServiceAccount: MakePlugin = (context) => ({
  async admit(attributes) {
    if (attributes.operation !== 'CREATE' || !attributes.isOf('', 'pods')) return
    const { spec, metadata } = (attributes.object ?? { metadata: {} }) as Pod
    // A mirror of what a node runs by itself uses nothing of the API.
    if (!spec || metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return
    const name = spec.serviceAccountName || spec.serviceAccount || DEFAULT
    spec.serviceAccountName = name
    spec.serviceAccount = name
    const account = await findAccount(context, attributes, name)
    if (context.mountTokens && wantsToken(account, spec)) mountToken(spec, context.random)
    if (account.imagePullSecrets && (spec.imagePullSecrets ?? []).length === 0) {
      spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }))
    }
  },
  async validate(attributes) {
    const { operation, object } = attributes
    const isUpdate = operation === 'UPDATE' && attributes.isOf('', 'pods', 'ephemeralcontainers')
    const isCreate = operation === 'CREATE' && attributes.isOf('', 'pods')
    if (!object || !(isCreate || isUpdate)) return
    const pod = object as Pod
    const isMirror = pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined
    if (isMirror) return isCreate ? checkMirrorPod(attributes, pod) : undefined
    const name = pod.spec.serviceAccountName ?? ''
    if (name === '') {
      const place = `${attributes.namespace}/${pod.metadata.name ?? ''}`
      throw forbidden(attributes, `no service account specified for pod ${place}`)
    }
    const account = await findAccount(context, attributes, name)
    if (/^(?:1|t|true)$/i.test(account.metadata.annotations?.[ENFORCE_ANNOTATION] ?? '')) {
      checkSecrets(attributes, pod, { account, ephemeralOnly: isUpdate })
    }
  },
})

async function findAccount(
  { lookup, clock }: AdmissionContext,
  attributes: AdmissionAttributes,
  name: string,
): Promise<Account> {
  const { namespace, signal } = attributes
  const why = `error looking up service account ${namespace}/${name}: `
  const faults = pathSegmentErrors(name)
  if (faults.length > 0) {
    throw forbidden(attributes, `${why}invalid resource name "${name}": [${faults.join(' ')}]`)
  }
  const attempts = name === DEFAULT ? DEFAULT_ATTEMPTS : 1
  for (let attempt = 1; ; attempt++) {
    const at = { namespace, name, signal }
    const found = await lookup.find<ServiceAccount>(SERVICE_ACCOUNTS, at)
    if (found) return found
    if (attempt >= attempts) break
    await sleep(clock, DEFAULT_RETRY_MS, { signal })
  }
  throw forbidden(attributes, `${why}serviceaccount "${name}" not found`)
}

function wantsToken(account: Account, spec: Pod['spec']): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
}

function mountToken(spec: Pod['spec'], random: Random): void {
  const existing = (spec.volumes ?? []).find((volume) => volume.name.startsWith(TOKEN_VOLUME))
  const name = existing?.name ?? TOKEN_VOLUME + randomSuffix(random)
  let used = false
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (mountInto(container, name)) used = true
  }
  if (used && !existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)]
}

function mountInto(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? []
  // Whoever mounts something of their own there knows why.
  if (mounts.some((mount) => mount.mountPath === TOKEN_PATH)) return false
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }]
  return true
}

/** Token, certificate authority and namespace: what a program in a pod needs to find the API. */
function tokenVolume(name: string): Volume {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' }
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
      ],
      defaultMode: TOKEN_MODE,
    },
  }
}
