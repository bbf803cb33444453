import { Violation } from '../../world.ts'
import { isOver } from '../seen.ts'
import type { Rule } from './index.ts'

/** A pod gets its node once; its phase does not go back. */
export const podRule = (): Rule => {
  return ({ key, old, now }) => {
    if (now?.kind !== 'Pod' || !old) return
    const [before, after] = [old.spec?.['nodeName'], now.spec?.['nodeName']]
    if (before !== undefined && before !== after) {
      throw new Violation(`${key} was bound to ${JSON.stringify([before, after])}`)
    }
    const [was, is] = [old.status?.['phase'], now.status?.['phase']]
    if (isOver(old) && was !== is) {
      throw new Violation(`${key} had ${String(was)}, and is ${String(is)}`)
    }
  }
}
