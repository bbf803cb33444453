import { Violation } from '../../world.ts'
import { at, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

/** A volume is of one claim, and stays it; a claim has one volume, and no two have the same. */
export const volumeRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (now?.kind === 'PersistentVolume') {
      const [before, after] = [textAt(old, 'spec.claimRef.uid'), textAt(now, 'spec.claimRef.uid')]
      if (before !== undefined && after !== undefined && before !== after) {
        throw new Violation(`${key} was of the claim ${before}, is of ${after}`)
      }
    }
    if (now?.kind !== 'PersistentVolumeClaim') return
    const [before, after] = [textAt(old, 'spec.volumeName'), textAt(now, 'spec.volumeName')]
    if (before !== undefined && before !== after) {
      throw new Violation(`${key} had ${before}, has ${after}`)
    }
    if (after === undefined) return
    const other = observer
      .ofKind('PersistentVolumeClaim')
      .find((claim) => claim !== now && at(claim, 'spec.volumeName') === after)
    if (other) throw new Violation(`${key} has ${after}, as has ${other.metadata.name}`)
  }
}

const textAt = (object: Seen | undefined, path: string) => at(object, path) as string | undefined
