/** Indexes from the first to the last, both included. */
export interface IndexInterval {
  readonly first: number
  readonly last: number
}

/** A set of indexes as sorted intervals that do not touch. */
export type Indexes = readonly IndexInterval[]

/**
 * Reads `1,3-5,7`, as it stands in a job's status. Leaves out what is no index below `completions`
 * (which may have been lowered since).
 */
export function parseIndexes(text: string | undefined, completions: number): Indexes {
  const intervals: IndexInterval[] = []
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (!match) continue
    const first = Number(match[1])
    const last = Math.min(Number(match[2] ?? first), completions - 1)
    if (first <= last) intervals.push({ first, last })
  }
  return joined(intervals)
}

/** `1,3-5,7`; two in a row are written with a comma. */
export function formatIndexes(indexes: Indexes): string {
  return indexes
    .map(({ first, last }) => {
      if (first === last) return String(first)
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`
    })
    .join(',')
}

export function countIndexes(indexes: Indexes): number {
  return indexes.reduce((sum, { first, last }) => sum + last - first + 1, 0)
}

export function hasIndex(indexes: Indexes, index: number): boolean {
  return indexes.some(({ first, last }) => first <= index && index <= last)
}

export function withIndexes(indexes: Indexes, more: Iterable<number>): Indexes {
  const added = Array.from(more, (index) => ({ first: index, last: index }))
  return added.length === 0 ? indexes : joined([...indexes, ...added])
}

function joined(intervals: IndexInterval[]): Indexes {
  const result: IndexInterval[] = []
  for (const interval of intervals.sort((a, b) => a.first - b.first)) {
    const before = result.at(-1)
    if (before && interval.first <= before.last + 1) {
      const last = Math.max(before.last, interval.last)
      result[result.length - 1] = { first: before.first, last }
    } else result.push(interval)
  }
  return result
}

/** How many indexes a user's list names, or what is wrong with it in Kubernetes' words. */
export function checkIndexes(
  text: string,
  completions: number,
): { total: number } | { error: string } {
  let total = 0
  let before: number | undefined
  for (const part of text === '' ? [] : text.split(',')) {
    const limits = part.split('-')
    if (limits.length > 2) {
      const rule = "an index interval can have at most two parts separated by '-'"
      return {
        error: `the fragment ${JSON.stringify(part)} violates the requirement that ${rule}`,
      }
    }
    for (const limit of limits) {
      if (!/^[+-]?\d+$/.test(limit)) {
        return { error: `cannot convert string to integer for index: ${JSON.stringify(limit)}` }
      }
      if (Number(limit) >= completions) {
        return { error: `too large index: ${JSON.stringify(limit)}` }
      }
    }
    const [first, last = first] = limits.map(Number) as [number, number?]
    if (limits.length === 2 && first >= last) return { error: order(first, last) }
    if (before !== undefined && before >= first) return { error: order(before, first) }
    total += last - first + 1
    before = last
  }
  return { total }
}

const order = (previous: number, current: number) =>
  `non-increasing order, previous: ${previous}, current: ${current}`
