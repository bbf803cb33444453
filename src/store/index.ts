export type * from './member-types.ts'
export type * from './state-machine.ts'
