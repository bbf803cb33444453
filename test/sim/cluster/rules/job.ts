import { Violation } from '../../world.ts'
import { numberAt } from '../seen.ts'
import type { Rule } from './index.ts'

/** A job's pods are counted once each, never taken back, and no more than were wanted. */
export const jobRule = (): Rule => {
  return ({ key, old, now }) => {
    if (now?.kind !== 'Job') return
    const succeeded = numberAt(now, 'status.succeeded')
    const before = numberAt(old, 'status.succeeded')
    if (succeeded < before) throw new Violation(`${key}: succeeded fell from ${before}`)
    if (succeeded > numberAt(now, 'spec.completions')) {
      throw new Violation(`${key}: ${succeeded} pods succeeded, more than were wanted`)
    }
  }
}
