export { channelKv } from './client.ts'
export { serveKv } from './server.ts'
export type { KvPort } from './wire.ts'
