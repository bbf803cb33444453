import { AsyncLocalStorage } from 'node:async_hooks'
import type { AsyncScope } from '../base/index.ts'

/** By Node's own bookkeeping, which costs each promise something once it is used. */
export function asyncScope<T>(): AsyncScope<T> {
  const storage = new AsyncLocalStorage<T>()
  return {
    run: (value, work) => storage.run(value, work),
    current: () => storage.getStore(),
  }
}
