export * from './eviction.ts'
