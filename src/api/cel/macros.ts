import type { CallExpr, Expr, MacroName } from './ast.ts'

type Report = (pos: number, message: string) => void

/** Loops with one variable, by the number of their arguments. */
const LOOPS: Readonly<Record<string, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  existsOne: [2],
  map: [2, 3],
  filter: [2],
}
/** Loops with two: index and element, or key and value (cel-go's `TwoVarComprehensions`). */
const TWO_VARIABLES: Readonly<Record<string, readonly number[]>> = {
  all: [3],
  exists: [3],
  existsOne: [3],
  transformList: [3, 4],
  transformMap: [3, 4],
  transformMapEntry: [3, 4],
}

/** A call that is a macro (`has`, `all`, …) as what it stands for; any other as it is. */
export function expandMacro(call: CallExpr, report: Report): Expr {
  const { target, name, args } = call
  if (!target) return name === 'has' && args.length === 1 ? expandHas(call, report) : call
  const isBind = target.kind === 'ident' && target.name === 'cel' && name === 'bind'
  if (isBind && args.length === 3) return expandBind(call, report)
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    const vars = names(args.slice(0, 1), report)
    return { kind: 'macro', name, range: target, vars, bodies: args.slice(1), pos: call.pos }
  }
  const one = LOOPS[name]?.includes(args.length) ? 1 : 0
  const two = TWO_VARIABLES[name]?.includes(args.length) ? 2 : 0
  const count = isSecondVariable(name, args) ? two || one : one || two
  if (count === 0) return call
  const vars = names(args.slice(0, count), report)
  const bodies = args.slice(count)
  return { kind: 'macro', name: name as MacroName, range: target, vars, bodies, pos: call.pos }
}

// `map` has three arguments with a filter as well: only the others take two variables.
function isSecondVariable(name: string, args: readonly Expr[]): boolean {
  return name !== 'map' && args[1]?.kind === 'ident' && args.length >= 3
}

function names(args: readonly Expr[], report: Report): string[] {
  return args.map((arg) => {
    if (arg.kind === 'ident' && !arg.name.startsWith('.')) return arg.name
    report(arg.pos, 'argument must be a simple name')
    return ''
  })
}

function expandHas(call: CallExpr, report: Report): Expr {
  const [arg] = call.args
  if (arg?.kind === 'select' && !arg.optional) return { ...arg, test: true, pos: call.pos }
  report(arg?.pos ?? call.pos, 'invalid argument to has() macro')
  return call
}

function expandBind(call: CallExpr, report: Report): Expr {
  const [name, value, body] = call.args
  if (!name || !value || !body) return call
  const vars = names([name], report)
  return { kind: 'macro', name: 'bind', range: value, vars, bodies: [body], pos: call.pos }
}
