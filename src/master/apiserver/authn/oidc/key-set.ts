import { type Clock, ConnectionError, type HttpsCall, withTimeout } from '../../../../base/index.ts'
import { AnswerError, callJson, jsonEndpoint } from '../../outbound-json.ts'
import { keysOfSet, type VerifyKey } from '../jwt.ts'
import { TokenError } from '../token.ts'

export interface KeySetOptions {
  /** As in the tokens' `iss`. */
  readonly issuerUrl: string
  /** Where its discovery document is. Default: below its own URL. */
  readonly discoveryUrl?: string
  /** PEM of the authorities that may have signed the issuer's certificate. Default: the machine's. */
  readonly caPem?: string
  readonly call: HttpsCall
  readonly clock: Clock
}

const FETCH_TIMEOUT_MS = 30_000
/** So long nothing is fetched again, whatever keys tokens name: anybody may send us tokens. */
const FETCH_PAUSE_MS = 10_000
const DISCOVERY = '/.well-known/openid-configuration'

/** The keys that an issuer publishes (OpenID Connect Discovery 1.0), fetched when they are needed. */
export class KeySet {
  readonly #options: KeySetOptions
  #keys: readonly VerifyKey[] = []
  #jwksUrl: string | undefined
  #failure: string | undefined
  #fetchedAtMs = Number.NEGATIVE_INFINITY
  #fetching: Promise<void> | undefined

  constructor(options: KeySetOptions) {
    this.#options = options
  }

  /** Those that a token may have been signed with. Throws `TokenError` when they cannot be had. */
  async keysFor(keyId: string, { signal }: { signal: AbortSignal }): Promise<readonly VerifyKey[]> {
    const known = this.#find(keyId)
    if (known.length > 0) return known
    await this.#refresh(signal)
    const found = this.#find(keyId)
    if (found.length === 0 && this.#failure !== undefined) throw new TokenError(this.#failure)
    return found
  }

  /** A token that names no key may be of any. */
  #find(keyId: string): readonly VerifyKey[] {
    return keyId === '' ? this.#keys : this.#keys.filter((key) => key.keyId === keyId)
  }

  /** One at a time for all who wait; whoever goes away leaves it to the others. */
  async #refresh(signal: AbortSignal): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    if (!this.#fetching && nowMs - this.#fetchedAtMs < FETCH_PAUSE_MS) return
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetchedAtMs = this.#options.clock.monotonicMs()
      this.#fetching = undefined
    })
    await this.#fetching
    signal.throwIfAborted()
  }

  async #fetch(): Promise<void> {
    const late = () => new AnswerError('context deadline exceeded')
    try {
      await withTimeout(this.#options.clock, FETCH_TIMEOUT_MS, late, async (signal) => {
        this.#jwksUrl ??= await this.#discover(signal)
        this.#keys = keysOfSet(await this.#get(this.#jwksUrl, signal))
      })
      this.#failure = undefined
    } catch (error) {
      // Where the keys are may be what was wrong.
      this.#jwksUrl = undefined
      this.#failure = failureOf(error)
    }
  }

  async #discover(signal: AbortSignal): Promise<string> {
    const { issuerUrl, discoveryUrl } = this.#options
    const url = discoveryUrl ?? issuerUrl.replace(/\/$/, '') + DISCOVERY
    const found = (await this.#get(url, signal)) as {
      issuer?: unknown
      jwks_uri?: unknown
    } | null
    if (found?.issuer !== issuerUrl) {
      throw new AnswerError(
        'issuer did not match the issuer returned by provider, ' +
          `expected ${JSON.stringify(issuerUrl)} got ${JSON.stringify(found?.issuer ?? '')}`,
      )
    }
    return typeof found.jwks_uri === 'string' ? found.jwks_uri : ''
  }

  #get(url: string, signal: AbortSignal): Promise<unknown> {
    const { call, caPem } = this.#options
    return callJson(call, jsonEndpoint(url, caPem === undefined ? {} : { caPem }), { signal })
  }
}

/** What is a fault of ours, not of the issuer, is thrown on. */
function failureOf(error: unknown): string {
  const isTheirs =
    error instanceof AnswerError || error instanceof ConnectionError || error instanceof TypeError
  if (!isTheirs) throw error
  return `oidc: the keys of the issuer cannot be had: ${error.message}`
}
