/** Hashes passwords with bcrypt. Slow by intent, and away from the caller's event loop. */
export interface PasswordHasher {
  /** The hash in bcrypt's text form. */
  hash(password: string): Promise<string>
  /** Whether `hash`, in bcrypt's text form, is of this password; false for what is no such text. */
  matches(password: string, hash: string): Promise<boolean>
}

/** A key that signs tokens, or only checks them. */
export interface TokenKey {
  /** As in a token's header, RFC 7518 §3.1: `RS256`, `ES256`, `HS256`, … */
  readonly algorithm: string
  /** Absent: a public key alone was given. */
  sign?(data: Uint8Array): Uint8Array
  verify(data: Uint8Array, signature: Uint8Array): boolean
}
