import { createHash } from 'node:crypto'
import type { Clock, HttpsCall } from '../../../base/index.ts'
import { Answers, BusyError, Judge, JudgeError, type JudgeOptions } from '../judges/index.ts'
import type { User } from '../user.ts'
import { type TokenAuthenticator, TokenError, type TokenOwner } from './token.ts'

export interface TokenWebhookOptions extends JudgeOptions {
  /** How long an answer is good, whichever it is. Default two minutes; 0: it is asked each time. */
  readonly ttlMs?: number
}

const TTL_MS = 2 * 60_000

interface Status {
  readonly authenticated?: unknown
  readonly error?: unknown
  readonly user?: unknown
  readonly audiences?: unknown
}

/** Asks a server of others whose a token is, with TokenReviews. */
export function tokenWebhook(
  options: TokenWebhookOptions,
  parts: {
    readonly call: HttpsCall
    readonly clock: Clock
    /** For whom tokens are meant of which it says nothing. */
    readonly audiences: readonly string[]
  },
): TokenAuthenticator {
  const { ttlMs = TTL_MS, ...server } = options
  const judge = new Judge(server, parts)
  const answers = new Answers<TokenOwner | undefined>(parts)
  const ask = async (token: string, audiences: readonly string[]) => {
    const spec = { token, ...(audiences.length > 0 && { audiences }) }
    const review = { group: 'authentication.k8s.io', kind: 'TokenReview', spec }
    const status: Status = await judge.ask(review)
    return { value: ownerOf(status, { audiences, implicit: parts.audiences }), ttlMs }
  }
  return {
    async authenticate(token, { audiences, signal }) {
      // Tokens are secrets: what is kept does not tell them.
      const key = createHash('sha256')
        .update(JSON.stringify([token, audiences]))
        .digest('base64')
      try {
        const owner = await answers.get(key, () => ask(token, audiences))
        signal.throwIfAborted()
        return owner
      } catch (error) {
        if (!(error instanceof JudgeError) && !(error instanceof BusyError)) throw error
        throw new TokenError(error.message, { cause: error })
      }
    },
  }
}

function ownerOf(
  status: Status,
  of: { audiences: readonly string[]; implicit: readonly string[] },
): TokenOwner | undefined {
  if (status.authenticated !== true) {
    if (typeof status.error === 'string' && status.error !== '') throw new JudgeError(status.error)
    return undefined
  }
  const user = userOf(status.user)
  const { audiences } = of
  if (audiences.length === 0) return { user }
  // One that says nothing of audiences does not know of them, and speaks of this API.
  const said = stringsOf(status.audiences)
  const good = said.length > 0 ? said : of.implicit
  const meant = audiences.filter((audience) => good.includes(audience))
  return meant.length === 0 ? undefined : { user, audiences: meant }
}

function userOf(value: unknown): User {
  const { username, uid, groups, extra } = (value ?? {}) as Record<string, unknown>
  const isObject = typeof extra === 'object' && extra !== null
  const entries = isObject ? Object.entries(extra).map(([key, v]) => [key, stringsOf(v)]) : []
  return {
    name: typeof username === 'string' ? username : '',
    groups: stringsOf(groups),
    ...(typeof uid === 'string' && uid !== '' && { uid }),
    ...(entries.length > 0 && { extra: Object.fromEntries(entries) as Record<string, string[]> }),
  }
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
