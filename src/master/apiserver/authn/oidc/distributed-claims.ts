import { type Clock, ConnectionError, type HttpsCall, withTimeout } from '../../../../base/index.ts'
import { AnswerError, callText, jsonEndpoint } from '../../outbound-json.ts'
import { type Claims, parseJwt, verifyJwt } from '../jwt.ts'
import { KeySet } from './key-set.ts'
import { valueOf, wrong } from './rules.ts'

export interface ExpandOptions {
  readonly call: HttpsCall
  readonly clock: Clock
  readonly caPem?: string
  readonly audiences: readonly string[]
  /** Of issuers that have been asked, by their URLs. */
  readonly keySets: Map<string, KeySet>
  readonly signal: AbortSignal
}

interface Source {
  readonly endpoint?: unknown
  readonly access_token?: unknown
}

const TIMEOUT_MS = 10_000
/** Issuers whose keys are kept. */
const ISSUERS_MAX = 16

/**
 * The claims with one that stands elsewhere (OpenID Connect Core 1.0 §5.6.2): the token says where,
 * and another token there has it. Its issuer need not be this one, but its keys must be had.
 */
export async function expandClaims(
  claims: Claims,
  claim: string,
  options: ExpandOptions,
): Promise<Claims> {
  if (Object.hasOwn(claims, claim)) return claims
  const names = (valueOf(claims, '_claim_names') ?? {}) as Record<string, unknown>
  const sources = (valueOf(claims, '_claim_sources') ?? {}) as Record<string, Source>
  const name = Object.hasOwn(names, claim) ? names[claim] : undefined
  if (typeof name !== 'string') return claims
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  const { endpoint, access_token: token } = source ?? {}
  // Claims that stand in the token itself, aggregated, are not read: as in Kubernetes.
  if (typeof endpoint !== 'string' || endpoint === '') return claims
  const failed = (why: string) => wrong(`could not expand distributed claims: ${why}`)
  try {
    const late = () => new AnswerError('context deadline exceeded')
    const text = await withTimeout(options.clock, TIMEOUT_MS, late, (limited) => {
      const headers: Record<string, string> =
        typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}
      return fetchText(endpoint, headers, { ...options, signal: limited })
    })
    options.signal.throwIfAborted()
    return { ...claims, [claim]: await claimOf(text, claim, options) }
  } catch (error) {
    const isTheirs = error instanceof AnswerError || error instanceof ConnectionError
    if (!isTheirs && !(error instanceof TypeError)) throw error
    throw failed(error.message)
  }
}

function fetchText(
  url: string,
  headers: Record<string, string>,
  { call, caPem, signal }: ExpandOptions,
): Promise<string> {
  const target = jsonEndpoint(url, caPem === undefined ? {} : { caPem })
  return callText(call, target, { headers, signal })
}

function keysOf(issuerUrl: string, { keySets, call, clock, caPem }: ExpandOptions): KeySet {
  const known = keySets.get(issuerUrl)
  if (known) return known
  if (keySets.size >= ISSUERS_MAX) keySets.clear()
  const keys = new KeySet({ issuerUrl, call, clock, ...(caPem !== undefined && { caPem }) })
  keySets.set(issuerUrl, keys)
  return keys
}

async function claimOf(text: string, claim: string, options: ExpandOptions): Promise<unknown> {
  const jwt = parseJwt(text.trim())
  const issuerUrl = jwt?.claims.iss
  if (!jwt || issuerUrl === undefined || !issuerUrl.startsWith('https://')) {
    throw new TypeError('the answer is no token of an issuer')
  }
  const { clock, audiences, signal } = options
  const keys = keysOf(issuerUrl, options)
  const found = await keys.keysFor(jwt.keyId, { signal })
  if (!verifyJwt(jwt, found))
    throw new TypeError('verify distributed claim token: no such signature')
  const { aud = [], exp = 0 } = jwt.claims
  if (exp * 1000 <= clock.nowMs()) throw new TypeError('verify distributed claim token: it is over')
  if (!audiences.some((audience) => aud.includes(audience))) {
    throw new TypeError('verify distributed claim token: it is for another audience')
  }
  const value = valueOf(jwt.claims, claim)
  if (value !== undefined) return value
  throw new TypeError(`jwt returned by distributed claim endpoint did not contain claim: ${claim}`)
}
