/** Hashes passwords with bcrypt. Slow by intent, and away from the caller's event loop. */
export interface PasswordHasher {
  /** The hash in bcrypt's text form. */
  hash(password: string): Promise<string>
  /** Whether `hash`, in bcrypt's text form, is of this password; false for what is no such text. */
  matches(password: string, hash: string): Promise<boolean>
}
