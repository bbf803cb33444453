export * from './field-selector.ts'
export * from './label-selector.ts'
export * from './label-parser.ts'
export * from './requirement.ts'
