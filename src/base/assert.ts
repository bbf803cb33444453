/** A broken invariant: a bug in Navarch, never an operating failure. It is not caught, it crashes. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Crashes with `message` unless `condition` holds. For invariants only: bad input throws its own error. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Closes a `switch` over a union: does not compile while a member is unhandled. */
export function assertNever(value: never): never {
  throw new AssertionError(`unhandled case: ${JSON.stringify(value)}`)
}

/** The value itself, or a crash that says what was expected to be there. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionError(`missing: ${what}`)
  return value
}
