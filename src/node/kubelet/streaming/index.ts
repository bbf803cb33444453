export { kubeletStream, type StreamParts, STREAM_PATHS } from './streams.ts'
