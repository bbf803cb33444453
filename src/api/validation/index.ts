export * from './field-errors.ts'
export * from './names.ts'
