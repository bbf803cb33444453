import type { RuleTree } from '../../structural/index.ts'

/** Where a schema stands in another one, and what follows from it. */
export interface SchemaPlace {
  readonly path: string
  readonly isRoot?: boolean
  /** Within kind, apiVersion or metadata of an object of the API. */
  readonly isInMeta?: boolean
  /** Why there may be no default: `in top-level metadata`. */
  readonly noDefaults?: string
  /** The list or map whose parts have no identity; rules below cannot speak of before. */
  readonly uncorrelated?: string
  /** Compiled rules; undefined where none are looked at. */
  readonly tree?: RuleTree | undefined
  /** Whether rules are compiled here: not within combinations, and not in unsound schemas. */
  readonly compiles?: boolean
}

/** What one expression may cost in all evaluations of an object. */
export interface RuleCost {
  readonly path: string
  readonly cost: number
}

/** What holds for the whole of a schema. */
export interface SchemaCheck {
  /** Collects what rules may cost. */
  readonly costs: RuleCost[]
  /** A schema as it is stored already may cost what it does. */
  readonly ignoresCost: boolean
}
