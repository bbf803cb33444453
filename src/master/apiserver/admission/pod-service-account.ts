import { type DeepReadonly, sleep } from '../../../base/index.ts'
import type { Pod, ServiceAccount } from '../../../api/index.ts'
import { forbidden } from './forbidden.ts'
import type { AdmissionContext, MakePlugin } from './plugin.ts'

const SERVICE_ACCOUNTS = { group: '', plural: 'serviceaccounts' }
const DEFAULT = 'default'
/** Made by a controller when its namespace is: a pod that comes right behind waits for it. */
const DEFAULT_ATTEMPTS = 10
const DEFAULT_RETRY_MS = 150
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

/** Every pod runs as a service account of its namespace, which must exist. */
export const podServiceAccount: MakePlugin = (context) => ({
  async admit(request) {
    const { operation, resource, subresource, object } = request
    if (operation !== 'CREATE' || resource.kind !== 'Pod' || subresource !== '') return
    const { spec, metadata } = (object ?? { metadata: {} }) as Pod
    // A mirror of what a node runs by itself uses nothing of the API.
    if (!spec || metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return
    const name = spec.serviceAccountName || spec.serviceAccount || DEFAULT
    spec.serviceAccountName = name
    spec.serviceAccount = name
    const { namespace, signal } = request
    const account = await findAccount(context, { namespace, name, signal })
    if (!account) {
      const why = `error looking up service account ${namespace}/${name}: `
      const text = `${why}serviceaccount "${name}" not found`
      throw forbidden(request, text)
    }
    const { imagePullSecrets } = structuredClone(account) as ServiceAccount
    if (imagePullSecrets && (spec.imagePullSecrets ?? []).length === 0) {
      spec.imagePullSecrets = imagePullSecrets
    }
  },
})

async function findAccount(
  { lookup, clock }: AdmissionContext,
  at: { namespace: string; name: string; signal: AbortSignal },
): Promise<DeepReadonly<ServiceAccount> | undefined> {
  const attempts = at.name === DEFAULT ? DEFAULT_ATTEMPTS : 1
  for (let attempt = 1; ; attempt++) {
    const found = await lookup.find<ServiceAccount>(SERVICE_ACCOUNTS, at)
    if (found || attempt >= attempts) return found
    await sleep(clock, DEFAULT_RETRY_MS, { signal: at.signal })
  }
}
