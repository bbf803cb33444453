export { celTypeOf, escapeName } from './cel-types.ts'
export { applyDefaults, dropNulls, hasDefaults } from './defaulting.ts'
export { readFieldPath } from './field-path.ts'
export { isKnownFormat } from './formats.ts'
export { validateListTypes } from './list-types.ts'
export {
  isEmbedded,
  isIntOrString,
  itemsOf,
  preserves,
  propertyOf,
  type Schema,
  valuesOf,
} from './node.ts'
export { prune } from './pruning.ts'
export {
  type CompiledRule,
  compileRules,
  costError,
  RULE_COST_MAX,
  type RuleTree,
  SCHEMA_COST_MAX,
} from './rules.ts'
export { validateRules } from './run-rules.ts'
export { NO_PATH, validateSchema } from './validate.ts'
export {
  child,
  goJson,
  goPlain,
  goTypeName,
  isInt64,
  isObject,
  type JsonObject,
  jsonType,
  sameJson,
  setKey,
} from './values.ts'
