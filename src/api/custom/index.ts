export { type JsonPath, parseJsonPath } from './json-path.ts'
export { type CustomResources, customResources } from './resource.ts'
export { definitionStrategy } from './definition/strategy.ts'
