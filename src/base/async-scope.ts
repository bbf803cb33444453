/**
 * Carries a value along with a piece of work, wherever that goes on after it has waited. For what
 * only observes: nothing that is done may depend on it.
 */
export interface AsyncScope<T> {
  run<R>(value: T, work: () => R): R
  /** The value of the innermost `run` around this. */
  current(): T | undefined
}
