/**
 * Signs tokens with a private key that it keeps to itself. `platform/` has the machine's; signatures
 * of elliptic curves are drawn at random, so the pure parts are handed one.
 */
export interface Signer {
  readonly algorithm: 'ES256' | 'RS256'
  /** Names the key among others, and is the same for its public half. */
  readonly keyId: string
  /** The public key, PEM (SPKI). */
  readonly publicPem: string
  /** A signature as JSON Web Signatures have it (RFC 7515). */
  sign(data: Uint8Array): Uint8Array
}
