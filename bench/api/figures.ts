/** What the real one did, and what is asked of ours: `low` to `high` in the figure's unit. */
export interface Recorded {
  readonly low?: number
  readonly high?: number
  readonly target?: string
}

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly recorded: Recorded
}

/** All that has been measured, in order. */
export const figures: Figure[] = []

export function note(figure: Figure): void {
  figures.push(figure)
  console.error(`${figure.name}: ${figure.value.toFixed(2)} ${figure.unit}`)
}
