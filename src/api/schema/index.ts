export * from './object.ts'
export * from './resource.ts'
export * from './words.ts'
