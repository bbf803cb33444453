import { MAX_NODE_SCORE } from '../framework/types.ts'

/** Brings scores to 0…MAX_NODE_SCORE in proportion to the highest, which becomes the maximum. */
export function normalizeProportional(scores: number[]): void {
  const highest = Math.max(0, ...scores)
  if (highest === 0) return
  scores.forEach((score, i) => {
    scores[i] = Math.floor((score * MAX_NODE_SCORE) / highest)
  })
}

/** The same for penalties: none is the maximum, the most is 0. */
export function normalizeReversed(scores: number[]): void {
  normalizeProportional(scores)
  scores.forEach((score, i) => {
    scores[i] = MAX_NODE_SCORE - score
  })
}
