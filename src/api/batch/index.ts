export * from './cron-job.ts'
export * from './job-policy.ts'
export * from './job.ts'
