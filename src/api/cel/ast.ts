/** What is common to all nodes: `pos` is the offset that errors point at. */
interface Node {
  readonly pos: number
}

export type Expr =
  | ConstExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | MacroExpr

export interface ConstExpr extends Node {
  readonly kind: 'const'
  readonly type: 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null'
  readonly value: boolean | bigint | number | string | Uint8Array | null
}

export interface IdentExpr extends Node {
  readonly kind: 'ident'
  readonly name: string
}

export interface SelectExpr extends Node {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** `has(a.b)`: whether it is there. */
  readonly test: boolean
  /** `a.?b` */
  readonly optional: boolean
}

/** A function, a method (with `target`), or an operator, which is named as in cel-go: `_+_`. */
export interface CallExpr extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
}

export interface ListExpr extends Node {
  readonly kind: 'list'
  readonly items: readonly { readonly value: Expr; readonly optional: boolean }[]
}

export interface MapExpr extends Node {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

export interface MapEntry {
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}

/** `Object.spec{replicas: 3}`: an object under construction, of mutating policies. */
export interface StructExpr extends Node {
  readonly kind: 'struct'
  readonly name: string
  readonly entries: readonly {
    readonly field: string
    readonly value: Expr
    readonly optional: boolean
    readonly pos: number
  }[]
}

export type MacroName =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'bind'
  | 'optMap'
  | 'optFlatMap'

/** A loop (or a binding) over `range`: `vars` stand for each element in `bodies`. */
export interface MacroExpr extends Node {
  readonly kind: 'macro'
  readonly name: MacroName
  readonly range: Expr
  readonly vars: readonly string[]
  /** What is computed, behind an optional filter: `[transform]` or `[filter, transform]`. */
  readonly bodies: readonly Expr[]
}

/** The operators' names for humans: `_&&_` is `&&`. */
export function isOperator(name: string): boolean {
  return name.includes('_') && /^[@_!?:[\]<>=+\-*/%&|in]+$/.test(name)
}

/** All direct parts of a node. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'ident':
      return []
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args
    case 'list':
      return expr.items.map((item) => item.value)
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value])
    case 'struct':
      return expr.entries.map((entry) => entry.value)
    case 'macro':
      return [expr.range, ...expr.bodies]
  }
}
