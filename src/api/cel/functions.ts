import { type CelType, T } from './types.ts'
import type { CelValue } from './values.ts'

/** Cost of walking over one unit of a string (cel-go `StringTraversalCostFactor`). */
export const TRAVERSAL = 0.1
/** The same for a regular expression's length. */
export const REGEX = 0.25

/** One signature of a function. */
export interface Overload {
  readonly name: string
  /** The first parameter is what it is called on. */
  readonly method: boolean
  readonly params: readonly CelType[]
  readonly result: CelType
  /** Throws `CelError`. */
  readonly call: (args: readonly CelValue[], context: CallContext) => CelValue
  /** What a call costs, from the sizes of arguments: real ones or estimated. Default 1. */
  readonly cost?: (sizes: readonly number[]) => number
  /** Size of the result at most, from the sizes of arguments. Default: by its type. */
  readonly resultSize?: (sizes: readonly number[]) => number
}

/** What functions of one evaluation share. */
export interface CallContext {
  /** Adds to the cost, for work that sizes do not tell. Throws when the limit is passed. */
  spend(cost: number): void
}

type Options = Pick<Overload, 'cost' | 'resultSize'>

interface Signature {
  readonly params: readonly CelType[]
  readonly result: CelType
}

/** A function `name(…)`. */
export function fn(
  name: string,
  signature: Signature,
  call: Overload['call'],
  options: Options = {},
): Overload {
  return { name, method: false, ...signature, call, ...options }
}

/** A method `target.name(…)`; the target is the first parameter. */
export function method(
  name: string,
  signature: Signature,
  call: Overload['call'],
  options: Options = {},
): Overload {
  return { name, method: true, ...signature, call, ...options }
}

export const sig = (params: readonly CelType[], result: CelType): Signature => ({ params, result })

/** Cost of looking at the whole of the first argument. */
export const walksFirst: Options = { cost: ([n = 1]) => Math.max(1, Math.ceil(n * TRAVERSAL)) }

/** Cost of looking at every element of the first argument. */
export const visitsFirst: Options = { cost: ([n = 1]) => Math.max(1, n) }

/** Cost of comparing each element of one with each of the other. */
export const crosses: Options = { cost: ([n = 1, m = 1]) => Math.max(1, n * m) }

/** All signatures by name. */
export class Functions {
  readonly #byName = new Map<string, Overload[]>()

  constructor(overloads: Iterable<Overload>) {
    for (const overload of overloads) {
      const known = this.#byName.get(overload.name)
      if (known) known.push(overload)
      else this.#byName.set(overload.name, [overload])
    }
  }

  find(name: string): readonly Overload[] {
    return this.#byName.get(name) ?? []
  }
}

/** Names of types that stand for themselves. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'optional_type',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
])

export const anyType = T.dyn
