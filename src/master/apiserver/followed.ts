/** Settings that may be replaced while the server runs: another object whenever they are. */
export type Followed<T> = () => T

/** What is made of settings, made anew when they have been replaced. */
export function follow<S, T>(settings: Followed<S>, make: (settings: S) => T): Followed<T> {
  let known: { readonly of: S; readonly made: T } | undefined
  return () => {
    const now = settings()
    if (known?.of !== now) known = { of: now, made: make(now) }
    return known.made
  }
}
