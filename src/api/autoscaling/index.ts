export * from './scale.ts'
