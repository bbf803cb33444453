import { timingSafeEqual } from 'node:crypto'
import type { TokenAuthenticator } from './token.ts'

/** Reads one secret of `kube-system`. */
export type ReadSecret = (
  name: string,
  options: { signal: AbortSignal },
) => Promise<BootstrapSecret | undefined>

export interface BootstrapSecret {
  readonly type?: string
  /** Base64, as in the API. */
  readonly data?: Readonly<Record<string, string>>
  readonly metadata: { readonly deletionTimestamp?: string | null }
}

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/
export const BOOTSTRAP_SECRET_TYPE = 'bootstrap.kubernetes.io/token'
export const BOOTSTRAP_SECRET_PREFIX = 'bootstrap-token-'

/** Tokens by which new nodes come in, each a secret with an end (`--enable-bootstrap-token-auth`). */
export function bootstrapTokens(options: {
  readonly secret: ReadSecret
  readonly nowMs: () => number
}): TokenAuthenticator {
  return {
    async authenticate(token, { signal }) {
      const [, id, wanted] = TOKEN.exec(token) ?? []
      if (id === undefined || wanted === undefined) return undefined
      const secret = await options.secret(BOOTSTRAP_SECRET_PREFIX + id, { signal })
      if (!secret || secret.metadata.deletionTimestamp) return undefined
      if (secret.type !== BOOTSTRAP_SECRET_TYPE) return undefined
      const field = (name: string) =>
        Buffer.from(secret.data?.[name] ?? '', 'base64').toString('utf8')
      if (field('token-id') !== id || !equal(field('token-secret'), wanted)) return undefined
      if (isOver(field('expiration'), options.nowMs())) return undefined
      if (field('usage-bootstrap-authentication') !== 'true') return undefined
      const extra = field('auth-extra-groups')
      const groups = extra === '' ? [] : extra.split(',')
      if (!groups.every((group) => GROUP.test(group))) return undefined
      const all = ['system:bootstrappers', ...groups.sort()]
      return { user: { name: `system:bootstrap:${id}`, groups: [...new Set(all)] } }
    },
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** A time that cannot be read counts as past: better no node than one too many. */
export function isOver(expiration: string, nowMs: number): boolean {
  if (expiration === '') return false
  const at = Date.parse(expiration)
  return Number.isNaN(at) || at <= nowMs
}
