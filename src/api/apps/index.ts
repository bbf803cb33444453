export * from './controller-revision.ts'
export * from './deployment.ts'
export * from './replica-set.ts'
