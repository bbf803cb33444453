export type * from './etcd-api.ts'
export type * from './member-types.ts'
export { KeyValue } from './mvcc/index.ts'
export type * from './state-machine.ts'
