export { isCompacted } from './errors.ts'
export { compareKeys } from './keys.ts'
export { createMemoryKv, type MemoryKvOptions } from './memory.ts'
export type * from './types.ts'
