export { metricsHttp, storeHttp, type StoreHttpOptions } from './handler.ts'
export type { AlarmName } from './health.ts'
