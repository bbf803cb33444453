import { createHmac } from 'node:crypto'
import { hasReason } from '../../base/index.ts'
import {
  type ConfigMap,
  configMaps,
  type KubeObject,
  type Secret,
  secrets,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
} from './runtime.ts'

const TOKENS = 'kube-system'
const TOKEN_TYPE = 'bootstrap.kubernetes.io/token'
const TOKEN_NAME = 'bootstrap-token-'
const INFO = { namespace: 'kube-public', name: 'cluster-info' }
const KEY = `${INFO.namespace}/${INFO.name}`
const CONTENT = 'kubeconfig'
const SIGNATURE = 'jws-kubeconfig-'

/**
 * Signs the ConfigMap `cluster-info`, which anybody may read, with each bootstrap token that is
 * there for it: whoever has a token knows by it that the kubeconfig is this cluster's.
 */
export function bootstrapSigner(context: ControllerContext): Controller {
  const maps = context.informers.for(configMaps, { namespace: INFO.namespace })
  const tokens = context.informers.for(secrets, { namespace: TOKENS })
  const client = context.client.for(configMaps)

  async function reconcile(_: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const info = maps.get(KEY)
    const content = info?.data?.[CONTENT]
    if (!info || content === undefined) return done
    const data = signed(info.data ?? {}, signaturesOf(content))
    if (!data) return done
    try {
      await client.update({ ...draft<ConfigMap>(info), data }, call)
    } catch (error) {
      // It is gone; when it comes back, it is signed.
      if (!hasReason(error, 'NotFound')) throw error
    }
    return done
  }

  function signaturesOf(content: string): Map<string, string> {
    const found = new Map<string, string>()
    for (const secret of tokens.list()) {
      const token = signingToken(secret, context.clock.nowMs())
      if (token) found.set(SIGNATURE + token.id, detachedJws(content, token))
    }
    return found
  }

  const whenInfo = ({ old, now }: Change<ConfigMap>) => keyWhen(now ?? old, INFO.name)
  const whenToken = ({ old, now }: Change<Secret>) => keyWhen(now ?? old, TOKEN_NAME)
  return {
    name: 'bootstrap-signer-controller',
    sources: [changesOf(maps, whenInfo), changesOf(tokens, whenToken)],
    reconcile,
  }
}

function keyWhen(object: Cached<KubeObject> | undefined, start: string): string[] {
  return object?.metadata.name?.startsWith(start) ? [KEY] : []
}

/** The data with these signatures and no others; undefined when it has them already. */
function signed(
  data: Readonly<Record<string, string>>,
  signatures: ReadonlyMap<string, string>,
): Record<string, string> | undefined {
  const had = Object.keys(data).filter((key) => key.startsWith(SIGNATURE))
  const isSame = had.every((key) => data[key] === signatures.get(key))
  if (isSame && had.length === signatures.size) return undefined
  const rest = Object.entries(data).filter(([key]) => !key.startsWith(SIGNATURE))
  return Object.fromEntries([...rest, ...[...signatures].toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

interface Token {
  readonly id: string
  readonly secret: string
}

/** The token of a secret, if it is there to sign with, and not over. */
function signingToken(secret: Cached<Secret>, nowMs: number): Token | undefined {
  const field = (name: string) => Buffer.from(secret.data?.[name] ?? '', 'base64').toString('utf8')
  const token = { id: field('token-id'), secret: field('token-secret') }
  if (secret.type !== TOKEN_TYPE || token.id === '' || token.secret === '') return undefined
  if (secret.metadata.name !== TOKEN_NAME + token.id) return undefined
  if (field('usage-bootstrap-signing') !== 'true') return undefined
  const end = field('expiration')
  return end === '' || Date.parse(end) > nowMs ? token : undefined
}

/** RFC 7515, compact, with the content left out (its appendix F). */
export function detachedJws(content: string, { id, secret }: Token): string {
  const encoded = (text: string) => Buffer.from(text).toString('base64url')
  const head = encoded(JSON.stringify({ alg: 'HS256', kid: id }))
  const mac = createHmac('sha256', secret).update(`${head}.${encoded(content)}`)
  return `${head}..${mac.digest('base64url')}`
}
