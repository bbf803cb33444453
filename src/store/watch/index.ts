export { type EncodedEvent, EventBatch } from './event.ts'
export { type WatchStats, WatchHub, type WatchHubOptions } from './hub.ts'
export type * from './response.ts'
export { type QueuedResponse, type WatchRequest, WatchStream } from './stream.ts'
