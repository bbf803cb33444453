export { KeyValue } from './key-value.ts'
export * from './wire.ts'
