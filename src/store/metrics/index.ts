export { Counter, exponentialBounds, Histogram, Registry } from './registry.ts'
