export * from './cron.ts'
export * from './next.ts'
export * from './time-zone.ts'
