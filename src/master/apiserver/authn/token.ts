import type { User } from '../user.ts'

/** Finds out who a bearer token belongs to. */
export interface TokenAuthenticator {
  /** Undefined: a token of another kind. Throws `TokenError` for one that is ours, and wrong. */
  authenticate(token: string, options: TokenOptions): Promise<TokenOwner | undefined>
}

export interface TokenOptions {
  /** For whom the token must be meant. */
  readonly audiences: readonly string[]
  readonly signal: AbortSignal
}

export interface TokenOwner {
  readonly user: User
  /** Those of the wanted audiences for whom it is meant; absent: it says nothing of that. */
  readonly audiences?: readonly string[]
}

/** Why a token is refused. The text is for reviews and logs; the client hears `Unauthorized`. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}

/** Asks one after the other until one knows the token. */
export function anyToken(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticate(token, options) {
      let failure: TokenError | undefined
      for (const authenticator of authenticators) {
        try {
          const owner = await authenticator.authenticate(token, options)
          if (owner) return owner
        } catch (error) {
          if (!(error instanceof TokenError)) throw error
          failure ??= error
        }
      }
      if (failure) throw failure
      return undefined
    },
  }
}
