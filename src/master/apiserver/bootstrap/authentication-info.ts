import { X509Certificate } from 'node:crypto'
import type { KubeObject } from '../../../api/index.ts'
import type { RequestHeaderOptions } from '../authn/request-header.ts'
import type { Store } from '../registry/store.ts'
import { mainRules, updateObject } from '../registry/update.ts'
import { createFirst } from './create-missing.ts'
import { systemCall } from './system-call.ts'

const NAMESPACE = 'kube-system'
const NAME = 'extension-apiserver-authentication'
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Whom this server believes, so that extension API servers believe them, too. */
export interface AuthenticationInfo {
  /** PEM of the authorities of clients' certificates. */
  readonly clientCaPem?: string | undefined
  readonly requestHeader?: RequestHeaderOptions | undefined
}

/**
 * Keeps the ConfigMap that extension API servers read (kube-apiserver's
 * `cluster-authentication-trust-controller`): authorities of several masters are put together,
 * and go when their time is over.
 */
export async function ensureAuthenticationInfo(
  configMaps: Store,
  info: AuthenticationInfo,
  { signal, nowMs }: { signal: AbortSignal; nowMs: number },
): Promise<void> {
  const wanted = dataOf(info, nowMs)
  if (Object.keys(wanted).length === 0) return
  const object: ConfigMap = { metadata: { name: NAME, namespace: NAMESPACE }, data: wanted }
  if (await createFirst(configMaps, object, { signal })) return
  await updateObject(configMaps, systemCall(NAMESPACE, signal), {
    name: NAME,
    rules: mainRules(configMaps),
    change: (old: ConfigMap) => {
      const data = together(old.data ?? {}, wanted, nowMs)
      const isSame = Object.entries(data).every(([key, value]) => old.data?.[key] === value)
      return isSame ? old : { ...old, data }
    },
  })
}

interface ConfigMap extends KubeObject {
  data?: Record<string, string>
}

function dataOf(
  { clientCaPem, requestHeader }: AuthenticationInfo,
  nowMs: number,
): Record<string, string> {
  const client: Record<string, string> = {}
  if (clientCaPem) client['client-ca-file'] = bundle([clientCaPem], nowMs)
  if (!requestHeader) return client
  const { caPem, allowedNames, ...headers } = requestHeader
  const { userHeaders = ['X-Remote-User'], uidHeaders = ['X-Remote-Uid'] } = headers
  const { groupHeaders = ['X-Remote-Group'], extraPrefixes = ['X-Remote-Extra-'] } = headers
  return {
    ...client,
    'requestheader-client-ca-file': bundle([caPem], nowMs),
    'requestheader-allowed-names': JSON.stringify(allowedNames),
    'requestheader-username-headers': JSON.stringify(userHeaders),
    'requestheader-uid-headers': JSON.stringify(uidHeaders),
    'requestheader-group-headers': JSON.stringify(groupHeaders),
    'requestheader-extra-headers-prefix': JSON.stringify(extraPrefixes),
  }
}

function together(
  old: Record<string, string>,
  wanted: Record<string, string>,
  nowMs: number,
): Record<string, string> {
  const data = { ...old, ...wanted }
  for (const key of ['client-ca-file', 'requestheader-client-ca-file']) {
    if (data[key] !== undefined) data[key] = bundle([old[key] ?? '', data[key]], nowMs)
  }
  return data
}

/** Each certificate once that can be read and is good still. */
function bundle(pems: readonly string[], nowMs: number): string {
  const all = pems.flatMap((pem) => pem.match(CERTIFICATE) ?? [])
  const good = [...new Set(all)].filter((pem) => isGood(pem, nowMs))
  return good.map((pem) => `${pem}\n`).join('')
}

function isGood(pem: string, nowMs: number): boolean {
  try {
    return Date.parse(new X509Certificate(pem).validTo) > nowMs
  } catch {
    return false
  }
}
