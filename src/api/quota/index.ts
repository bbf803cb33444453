export * from './amounts.ts'
export { type QuotaEvaluator, quotaEvaluatorOf } from './evaluator.ts'
export { quotaMatches, type ScopeRequirement, scopesOf } from './scopes.ts'
