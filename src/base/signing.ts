/** A key that signs tokens, or only checks them. `platform/` opens them. */
export interface TokenKey {
  /** As in a token's header, RFC 7518 §3.1: `RS256`, `ES256`, `HS256`, … */
  readonly algorithm: string
  /** A signature as in JSON Web Signatures (RFC 7515). Absent: a public key alone was given. */
  readonly sign?: (data: Uint8Array) => Uint8Array
  readonly verify: (data: Uint8Array, signature: Uint8Array) => boolean
}

/**
 * A private key that it keeps to itself, whose tokens anybody can check. Signatures of elliptic
 * curves are drawn at random, so the pure parts are handed one.
 */
export interface Signer extends Required<TokenKey> {
  /** Names the key among others, and is the same for its public half. */
  readonly keyId: string
  /** The public key, PEM (SPKI). */
  readonly publicPem: string
}
