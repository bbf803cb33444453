import type { KubeObject } from '../../../api/index.ts'
import { fetch, type Store } from '../registry/store.ts'
import { objectKey } from '../keys.ts'

/** Reads objects that admission depends on. */
export interface Lookup {
  /** From the cache, or from the store when it is not there. */
  find(plural: string, at: Place): Promise<KubeObject | undefined>
  /** From the store. */
  findNewest(plural: string, at: Place): Promise<KubeObject | undefined>
}

export interface Place {
  readonly namespace?: string
  readonly name: string
  readonly signal: AbortSignal
}

/** `store` gives the core group's stores by plural. */
export function lookupIn(store: (plural: string) => Store | undefined): Lookup {
  const newest: Lookup['find'] = async (plural, at) => {
    const of = store(plural)
    if (!of) return undefined
    return (await fetch(of, objectKey(of.resource, at), at.signal))?.parse()
  }
  return {
    findNewest: newest,
    find(plural, at) {
      const of = store(plural)
      const cached = of?.cache.get(objectKey(of.resource, at))
      return cached ? Promise.resolve(cached.parse()) : newest(plural, at)
    },
  }
}
