export * from './conversion.ts'
export * from './custom-resource-definition-version.ts'
export * from './custom-resource-definition.ts'
export * from './json-schema.ts'
