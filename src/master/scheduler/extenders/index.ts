export { Extenders } from './extenders.ts'
export { httpExtender } from './http-extender.ts'
export type { Extender } from './types.ts'
