export { localKv } from './local.ts'
