export * from './converted.ts'
export * from './define.ts'
export * from './equal.ts'
export * from './prepare.ts'
