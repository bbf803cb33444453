import type { Resource } from '../../api/index.ts'

/** All resources that the server serves: those that are built in, and custom ones as they come. */
export class Catalog {
  readonly #builtIn: readonly Resource[]
  #all: readonly Resource[]

  constructor(builtIn: readonly Resource[]) {
    this.#builtIn = builtIn
    this.#all = builtIn
  }

  get builtIn(): readonly Resource[] {
    return this.#builtIn
  }

  /** Another list whenever anything changed: what is made of it may be kept by its identity. */
  get resources(): readonly Resource[] {
    return this.#all
  }

  setCustom(resources: readonly Resource[]): void {
    this.#all = [...this.#builtIn, ...resources]
  }
}

/** What is made of a source, anew when that has become another. */
export function madeOf<S extends object, T>(current: () => S, make: (source: S) => T): () => T {
  let from: S | undefined
  let made: { readonly value: T } | undefined
  return () => {
    const source = current()
    if (from !== source || !made) {
      from = source
      made = { value: make(source) }
    }
    return made.value
  }
}
