export * from './service-update.ts'
