export { CelCompileError, CelCostError, CelError, describeIssue, type Issue } from './errors.ts'
export type { Evaluation, Variables } from './evaluator.ts'
export { fromJson, toJson } from './json.ts'
export {
  type Answer,
  type Ask,
  AUTHORIZER,
  authorizerValue,
  type Question,
  RESOURCE_CHECK,
  resourceCheckValue,
} from './lib/authorizer.ts'
export { type Address, formatAddress, parseAddress } from './lib/addresses.ts'
export { compile, PER_CALL_LIMIT, type Program, REQUEST_BUDGET } from './program.ts'
export {
  type CelType,
  listOf,
  mapOf,
  type ObjectField,
  type ObjectType,
  optionalOf,
  T,
  typeName,
} from './types.ts'
export { CelList, CelMap, type CelValue, EntryMap, Optional, typeOf } from './values.ts'
