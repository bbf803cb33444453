/** How alike two items are. Equal: nothing differs. */
export interface Likeness {
  readonly same: number
  readonly differing: number
}

export type Edit = 'same' | 'modified' | 'removed' | 'inserted'

type Compare = (x: number, y: number) => Likeness

/**
 * A script that makes a list of `sizeY` items of one of `sizeX`, as go-cmp's `diff.Difference`
 * finds it: greedily from both ends in turn, so that its reports are told alike; not the shortest.
 */
export function editScript(sizeX: number, sizeY: number, compare: Compare): Edit[] {
  const forward = new Path(1, 0, 0)
  const backward = new Path(-1, sizeX, sizeY)
  const ahead = { x: 0, y: 0 }
  const behind = { x: sizeX, y: sizeY }
  const budget = { left: 4 * (sizeX + sizeY) }
  const isOver = () => ahead.x >= behind.x || ahead.y >= behind.y || budget.left === 0
  while (!isOver()) {
    search({ own: forward, other: backward, from: ahead, compare, budget })
    if (backward.x - ahead.x >= backward.y - ahead.y) ahead.x++
    else ahead.y++
    if (isOver()) break
    search({ own: backward, other: forward, from: behind, compare, budget })
    if (behind.x - forward.x >= behind.y - forward.y) behind.x--
    else behind.y--
  }
  forward.connect(backward, compare)
  return [...forward.edits, ...backward.edits.reverse()]
}

interface Search {
  readonly own: Path
  readonly other: Path
  readonly from: { x: number; y: number }
  readonly compare: Compare
  readonly budget: { left: number }
}

/** Looks along the diagonal through `from` for the next equal pair, and follows what is equal. */
function search({ own, other, from, compare, budget }: Search): void {
  const { direction } = own
  let stops = 0
  for (let i = 0; stops !== 3 && budget.left > 0; i++) {
    const step = direction * (i % 2 === 1 ? -(i + 1) / 2 : i / 2)
    const at = { x: from.x + step, y: from.y - step }
    if (isBeyond(direction, at.x, other.x) || isBefore(direction, at.y, own.y)) stops |= 1
    else if (isBeyond(direction, at.y, other.y) || isBefore(direction, at.x, own.x)) stops |= 2
    else if (isEqual(own.look(compare, at))) {
      own.connect(at, compare)
      own.append('same')
      while (own.x !== other.x && own.y !== other.y && isEqual(own.look(compare, own))) {
        own.append('same')
      }
      from.x = own.x
      from.y = own.y
      stops = 3
    } else budget.left--
  }
}

const isBeyond = (direction: number, at: number, end: number) =>
  direction > 0 ? at >= end : at <= end
const isBefore = (direction: number, at: number, start: number) =>
  direction > 0 ? at < start : at > start
const isEqual = ({ differing }: Likeness) => differing === 0

/** What is known of the script from one end. */
class Path {
  readonly direction: 1 | -1
  readonly edits: Edit[] = []
  x: number
  y: number

  constructor(direction: 1 | -1, x: number, y: number) {
    this.direction = direction
    this.x = x
    this.y = y
  }

  /** The pair of items next to a point, on the way. */
  look(compare: Compare, { x, y }: { x: number; y: number }): Likeness {
    return this.direction > 0 ? compare(x, y) : compare(x - 1, y - 1)
  }

  connect(to: { readonly x: number; readonly y: number }, compare: Compare): void {
    const missing = () => [Math.abs(to.x - this.x), Math.abs(to.y - this.y)] as const
    for (;;) {
      const [byX, byY] = missing()
      if (byX === 0 || byY === 0) break
      const likeness = this.look(compare, this)
      if (isEqual(likeness)) this.append('same')
      else if (likeness.same + 1 >= likeness.differing) this.append('modified')
      else if (this.direction > 0 ? byX >= byY : byX > byY) this.append('removed')
      else this.append('inserted')
    }
    while (this.x !== to.x) this.append('removed')
    while (this.y !== to.y) this.append('inserted')
  }

  append(edit: Edit): void {
    this.edits.push(edit)
    if (edit !== 'inserted') this.x += this.direction
    if (edit !== 'removed') this.y += this.direction
  }
}
