import { CelError, CelMap, type CelValue } from '../../../api/cel/index.ts'
import type { CompiledVariable } from '../../../api/index.ts'
import type { Values } from '../matching/index.ts'

const CALL_LIMIT = 1_000_000

/** What all expressions of one policy may cost together for one request. */
export class Budget {
  #left: number
  constructor(limit: number) {
    this.#left = limit
  }
  get callLimit(): number {
    return Math.min(CALL_LIMIT, Math.max(0, this.#left))
  }
  get isSpent(): boolean {
    return this.#left <= 0
  }
  spend(cost: number): void {
    this.#left -= cost
  }
}

/** A policy's variables: each is computed when it is first used, and once. */
export class LazyVariables extends CelMap {
  override readonly typeName = 'kubernetes.variables'
  readonly #compiled: readonly CompiledVariable[]
  readonly #values: Values
  readonly #budget: Budget
  readonly #known = new Map<string, CelValue | CelError>()

  constructor(compiled: readonly CompiledVariable[], values: Values, budget: Budget) {
    super()
    this.#compiled = compiled
    this.#values = values
    this.#budget = budget
  }

  get size(): number {
    return this.#compiled.length
  }

  keys(): Iterable<CelValue> {
    return this.#compiled.map(({ name }) => name)
  }

  get(key: CelValue): CelValue | undefined {
    const variable = this.#compiled.find(({ name }) => name === key)
    if (!variable) return undefined
    let known = this.#known.get(variable.name)
    if (known === undefined) {
      known = this.#compute(variable)
      this.#known.set(variable.name, known)
    }
    if (known instanceof CelError) throw known
    return known
  }

  #compute({ name, compiled }: CompiledVariable): CelValue | CelError {
    if (compiled.program === undefined) return new CelError(compiled.error)
    const values = { ...this.#values, variables: this }
    try {
      const costLimit = this.#budget.callLimit
      const { value, cost } = compiled.program.evaluate(values, { costLimit })
      this.#budget.spend(cost)
      return value
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      return new CelError(`composited variable "${name}" fails to evaluate: ${error.message}`)
    }
  }
}
