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

/** What is made of the resources, anew when they have changed. */
export function madeOf<T>(catalog: Catalog, make: (resources: readonly Resource[]) => T): () => T {
  let from: readonly Resource[] | undefined
  let made: T | undefined
  return () => {
    if (from !== catalog.resources || made === undefined) {
      from = catalog.resources
      made = make(from)
    }
    return made
  }
}
