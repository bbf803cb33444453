import { Violation } from '../../world.ts'
import { at } from '../seen.ts'
import type { Rule } from './index.ts'

/** A volume is of one claim, and stays it; a claim has one volume, and no two have the same. */
export const volumeRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    if (now?.kind === 'PersistentVolume') {
      const [before, after] = [at(old, 'spec.claimRef.uid'), at(now, 'spec.claimRef.uid')]
      if (before !== undefined && after !== undefined && before !== after) {
        throw new Violation(`${key} was of the claim ${String(before)}, is of ${String(after)}`)
      }
    }
    if (now?.kind !== 'PersistentVolumeClaim') return
    const [before, after] = [at(old, 'spec.volumeName'), at(now, 'spec.volumeName')]
    if (before !== undefined && before !== after) {
      throw new Violation(`${key} had ${String(before)}, has ${String(after)}`)
    }
    if (after === undefined) return
    const other = observer
      .ofKind('PersistentVolumeClaim')
      .find((claim) => claim !== now && at(claim, 'spec.volumeName') === after)
    if (other) throw new Violation(`${key} has ${String(after)}, as has ${other.metadata.name}`)
  }
}
