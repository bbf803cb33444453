import type { CallExpr, Expr, MacroExpr, SelectExpr, StructExpr } from './ast.ts'
import { CelCompileError, type Issue } from './errors.ts'
import { type Functions, type Overload, TYPE_NAMES } from './functions.ts'
import {
  assignable,
  type Bindings,
  type CelType,
  joinTypes,
  type ObjectType,
  optionalOf,
  substitute,
  T,
  typeName,
} from './types.ts'

/** What an expression may speak of. */
export interface Environment {
  readonly variables: Readonly<Record<string, CelType>>
  readonly functions: Functions
  /** Types of objects that expressions make (`Object.spec{…}`). Default: none. */
  readonly struct?: (name: string) => ObjectType | undefined
}

/** A call with what it may mean. */
export interface ResolvedCall {
  readonly overloads: readonly Overload[]
  /** With the target of a method first. */
  readonly args: readonly Expr[]
}

/** An expression whose types are known. */
export interface Checked {
  readonly source: string
  readonly expr: Expr
  readonly type: CelType
  readonly types: ReadonlyMap<Expr, CelType>
  readonly calls: ReadonlyMap<CallExpr, ResolvedCall>
  /** Names of types that stand as values: `google.protobuf.Duration`. */
  readonly typeNames: ReadonlyMap<Expr, string>
  /** Selections that are variables with dots in their names. */
  readonly variables: ReadonlyMap<Expr, string>
}

/** Finds the types of an expression. Throws `CelCompileError` with cel-go's words. */
export function check(source: string, expr: Expr, environment: Environment): Checked {
  const checker = new Checker(environment)
  const type = checker.check(expr, environment.variables)
  if (checker.issues.length > 0) throw new CelCompileError(source, checker.issues)
  const { types, calls, typeNames, variables } = checker
  return { source, expr, type, types, calls, typeNames, variables }
}

type Scope = Readonly<Record<string, CelType>>

class Checker {
  readonly issues: Issue[] = []
  readonly types = new Map<Expr, CelType>()
  readonly calls = new Map<CallExpr, ResolvedCall>()
  readonly typeNames = new Map<Expr, string>()
  readonly variables = new Map<Expr, string>()
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  check(expr: Expr, scope: Scope): CelType {
    const type = this.#infer(expr, scope)
    this.types.set(expr, type)
    return type
  }

  #issue(pos: number, message: string): CelType {
    this.issues.push({ pos, message })
    return T.dyn
  }

  #infer(expr: Expr, scope: Scope): CelType {
    switch (expr.kind) {
      case 'const':
        return sized(T[expr.type], expr.value)
      case 'ident':
        return this.#ident(expr, expr.name, scope)
      case 'select':
        return this.#select(expr, scope)
      case 'call':
        return this.#call(expr, scope)
      case 'list': {
        const items = expr.items.map((item) => {
          const type = this.check(item.value, scope)
          return item.optional ? unwrap(type) : type
        })
        return { kind: 'list', item: joinTypes(items), maxSize: items.length }
      }
      case 'map':
        return this.#map(expr, scope)
      case 'struct':
        return this.#struct(expr, scope)
      case 'macro':
        return this.#macro(expr, scope)
    }
  }

  #ident(expr: Expr, name: string, scope: Scope): CelType {
    const plain = name.startsWith('.') ? name.slice(1) : name
    const from = name.startsWith('.') ? this.#environment.variables : scope
    const type = Object.hasOwn(from, plain) ? from[plain] : undefined
    if (type) return type
    if (TYPE_NAMES.has(plain)) {
      this.typeNames.set(expr, plain)
      return T.type
    }
    return this.#issue(expr.pos, `undeclared reference to '${plain}' (in container '')`)
  }

  #select(expr: SelectExpr, scope: Scope): CelType {
    const path = qualifiedName(expr)
    const root = path?.split('.')[0] ?? ''
    if (path && !Object.hasOwn(scope, root) && TYPE_NAMES.has(path)) {
      this.typeNames.set(expr, path)
      return T.type
    }
    // A variable whose name has dots: `authorizer.requestResource`.
    const variable = path && Object.hasOwn(scope, path) ? scope[path] : undefined
    if (path && variable) {
      this.variables.set(expr, path)
      return variable
    }
    const operand = this.check(expr.operand, scope)
    const field = this.#field(unwrap(operand), expr)
    if (expr.test) return T.bool
    if (expr.optional || operand.kind === 'optional') return optionalOf(unwrap(field))
    return field
  }

  #field(operand: CelType, expr: SelectExpr): CelType {
    switch (operand.kind) {
      case 'dyn':
        return T.dyn
      case 'map':
        return operand.value
      case 'object': {
        const field = operand.fields.get(expr.field)
        return field?.type ?? this.#issue(expr.pos, `undefined field '${expr.field}'`)
      }
      default: {
        const name = typeName(operand)
        // Objects of cel-go whose fields nobody declared; addresses are none.
        const isObject = operand.kind === 'opaque' && !name.startsWith('net.')
        const message = isObject
          ? `unexpected failed resolution of '${name}'`
          : `type '${name}' does not support field selection`
        return this.#issue(expr.pos, message)
      }
    }
  }

  #call(expr: CallExpr, scope: Scope): CelType {
    const { functions } = this.#environment
    const { target, name, args } = expr
    if (!target) {
      return this.#resolve(expr, { name, args, overloads: functions.find(name) }, scope)
    }
    const path = qualifiedName(target)
    if (path && !Object.hasOwn(scope, path.split('.')[0] ?? '')) {
      const qualified = `${path}.${name}`
      const overloads = functions.find(qualified).filter((o) => !o.method)
      if (overloads.length > 0) {
        return this.#resolve(expr, { name: qualified, args, overloads }, scope)
      }
    }
    const overloads = functions.find(name).filter((overload) => overload.method)
    return this.#resolve(expr, { name, args: [target, ...args], overloads, onTarget: true }, scope)
  }

  #resolve(
    expr: CallExpr,
    of: { name: string; args: readonly Expr[]; overloads: readonly Overload[]; onTarget?: boolean },
    scope: Scope,
  ): CelType {
    const given = of.args.map((arg) => this.check(arg, scope))
    const candidates = of.onTarget ? of.overloads : of.overloads.filter((o) => !o.method)
    if (candidates.length === 0) {
      return this.#issue(expr.pos, `undeclared reference to '${of.name}' (in container '')`)
    }
    const matching: Overload[] = []
    const results: CelType[] = []
    for (const overload of candidates) {
      const bindings: Bindings = new Map()
      if (!applies(overload, given, bindings)) continue
      matching.push(overload)
      results.push(substitute(overload.result, bindings))
    }
    this.calls.set(expr, { overloads: matching, args: of.args })
    if (matching.length === 0) return this.#noOverload(expr, of, given)
    const result = joinTypes(results)
    return elementSize(of.name, given, result)
  }

  #noOverload(
    expr: CallExpr,
    of: { name: string; onTarget?: boolean },
    given: readonly CelType[],
  ): CelType {
    const names = given.map(typeName)
    const applied = of.onTarget
      ? `${names[0]}.(${names.slice(1).join(', ')})`
      : `(${names.join(', ')})`
    const message = `found no matching overload for '${of.name}' applied to '${applied}'`
    return this.#issue(expr.pos, message)
  }

  #map(expr: Extract<Expr, { kind: 'map' }>, scope: Scope): CelType {
    const keys: CelType[] = []
    const values: CelType[] = []
    for (const entry of expr.entries) {
      keys.push(this.check(entry.key, scope))
      const value = this.check(entry.value, scope)
      values.push(entry.optional ? unwrap(value) : value)
    }
    const maxSize = expr.entries.length
    return { kind: 'map', key: joinTypes(keys), value: joinTypes(values), maxSize }
  }

  #struct(expr: StructExpr, scope: Scope): CelType {
    const type = this.#environment.struct?.(expr.name)
    for (const { field, value, optional, pos } of expr.entries) {
      const given = this.check(value, scope)
      if (!type) continue
      const declared = type.fields.get(field)
      if (!declared) {
        this.#issue(pos, `undefined field '${field}'`)
        continue
      }
      const actual = optional ? unwrap(given) : given
      if (assignable(actual, declared.type, new Map())) continue
      const wanted = typeName(declared.type)
      const message = `expected type of field '${field}' is '${wanted}' but provided type is `
      this.#issue(pos, `${message}'${typeName(actual)}'`)
    }
    if (type) return type
    return this.#issue(expr.pos, `undeclared reference to '${expr.name}' (in container '')`)
  }

  #macro(expr: MacroExpr, scope: Scope): CelType {
    const range = this.check(expr.range, scope)
    const inner: Record<string, CelType> = { ...scope }
    const [first = '', second] = expr.vars
    if (expr.name === 'bind') inner[first] = range
    else if (expr.name === 'optMap' || expr.name === 'optFlatMap') inner[first] = unwrap(range)
    else if (second === undefined) inner[first] = this.#element(expr, range, 'one')
    else {
      inner[first] = this.#element(expr, range, 'index')
      inner[second] = this.#element(expr, range, 'value')
    }
    const bodies = expr.bodies.map((body) => this.check(body, inner))
    return this.#macroResult(expr, bodies, range)
  }

  #element(expr: MacroExpr, range: CelType, which: 'one' | 'index' | 'value'): CelType {
    if (range.kind === 'dyn') return T.dyn
    if (range.kind === 'list') return which === 'index' ? T.int : range.item
    if (range.kind === 'map') return which === 'value' ? range.value : range.key
    const message = `expression of type '${typeName(range)}' cannot be range of a comprehension `
    return this.#issue(expr.range.pos, `${message}(must be list, map, or dynamic)`)
  }

  #macroResult(expr: MacroExpr, bodies: readonly CelType[], range: CelType): CelType {
    const last = bodies.at(-1) ?? T.dyn
    const size = 'maxSize' in range && range.maxSize !== undefined ? { maxSize: range.maxSize } : {}
    switch (expr.name) {
      case 'all':
      case 'exists':
      case 'exists_one':
      case 'existsOne':
        this.#mustBeBool(expr, 0, bodies)
        return T.bool
      case 'filter':
        this.#mustBeBool(expr, 0, bodies)
        return range.kind === 'map'
          ? { kind: 'list', item: range.key, ...size }
          : { kind: 'list', item: range.kind === 'list' ? range.item : T.dyn, ...size }
      case 'map':
      case 'transformList':
        if (bodies.length === 2) this.#mustBeBool(expr, 0, bodies)
        return { kind: 'list', item: last, ...size }
      case 'transformMap': {
        if (bodies.length === 2) this.#mustBeBool(expr, 0, bodies)
        const key = range.kind === 'map' ? range.key : range.kind === 'list' ? T.int : T.dyn
        return { kind: 'map', key, value: last, ...size }
      }
      case 'transformMapEntry':
        if (bodies.length === 2) this.#mustBeBool(expr, 0, bodies)
        return last.kind === 'map'
          ? { ...last, ...size }
          : { kind: 'map', key: T.dyn, value: T.dyn }
      case 'bind':
        return last
      case 'optMap':
        return optionalOf(last)
      case 'optFlatMap':
        return last.kind === 'optional' ? last : optionalOf(T.dyn)
    }
  }

  #mustBeBool(expr: MacroExpr, index: number, types: readonly CelType[]): void {
    const type = types[index] ?? T.dyn
    if (type.kind === 'bool' || type.kind === 'dyn') return
    const pos = expr.bodies[index]?.pos ?? expr.pos
    if (expr.name === 'all' || expr.name === 'exists') {
      const operator = expr.name === 'all' ? '_&&_' : '_||_'
      const applied = `(bool, ${typeName(type)})`
      this.#issue(pos, `found no matching overload for '${operator}' applied to '${applied}'`)
      return
    }
    const applied = `(${typeName(type)}, int, int)`
    this.#issue(pos, `found no matching overload for '_?_:_' applied to '${applied}'`)
  }
}

function applies(overload: Overload, given: readonly CelType[], bindings: Bindings): boolean {
  if (overload.params.length !== given.length) return false
  return overload.params.every((wanted, i) => assignable(given[i] ?? T.dyn, wanted, bindings))
}

function unwrap(type: CelType): CelType {
  return type.kind === 'optional' ? type.of : type
}

function sized(type: CelType, value: unknown): CelType {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return type
  return { ...type, maxSize: value.length } as CelType
}

// What an index gives is as large as the schema says of elements.
function elementSize(name: string, given: readonly CelType[], result: CelType): CelType {
  const [first] = given
  if (name !== '_[_]' || !first) return result
  if (first.kind === 'list') return first.item
  return first.kind === 'map' ? first.value : result
}

/** `a.b.c` as one name; undefined for anything else. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.test || expr.optional) return undefined
  const head = qualifiedName(expr.operand)
  return head === undefined ? undefined : `${head}.${expr.field}`
}
