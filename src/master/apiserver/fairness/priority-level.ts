/** One request that waits for a seat. */
interface Waiting {
  readonly start: () => void
  readonly ask: Ask
}

/** What a request is, and how many seats it takes. */
export interface Ask {
  /** Who shares a queue: the schema, and the user or the namespace. */
  readonly flow: string
  readonly seats: number
}

/** What has become of requests, since the level was made. */
export interface Counts {
  executing: number
  dispatched: number
  rejected: number
  timedOut: number
}

/** A queue in which somebody waits, for those who look in. */
export interface QueueView {
  readonly index: number
  readonly waiting: readonly Ask[]
}

interface Queue {
  readonly waiting: Waiting[]
  /** Seats of its requests that have begun: the queue with the fewest is served next. */
  begun: number
}

export interface QueueLimits {
  readonly queues: number
  /** Of how many queues a flow may choose the shortest. */
  readonly handSize: number
  readonly queueLengthLimit: number
}

/** `full`: its queue is; nobody waits. `leave` says false when the seat was given already. */
export type Place =
  | { readonly kind: 'seat' }
  | { readonly kind: 'wait'; readonly seat: Promise<void>; leave(): boolean }
  | { readonly kind: 'full' }

/**
 * The requests of one priority level that are served, and those that wait. A flow is dealt a hand
 * of queues by its name, and joins the shortest: one that floods fills its own hand, and others
 * find room in theirs (shuffle sharding).
 */
export class PriorityLevel {
  readonly #queues: Queue[]
  readonly #limits: QueueLimits | undefined
  readonly counts: Counts = { executing: 0, dispatched: 0, rejected: 0, timedOut: 0 }
  #seats = 0
  #waiting = 0

  /** Without `limits` nobody waits: who finds no seat is sent away. */
  constructor(limits: QueueLimits | undefined) {
    this.#limits = limits
    this.#queues = Array.from({ length: limits?.queues ?? 0 }, () => ({ waiting: [], begun: 0 }))
  }

  /** Seats that are taken. */
  get seats(): number {
    return this.#seats
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Queues in which somebody waits. */
  queues(): QueueView[] {
    return this.#queues.flatMap(({ waiting }, index) =>
      waiting.length === 0 ? [] : [{ index, waiting: waiting.map(({ ask }) => ask) }],
    )
  }

  /** How many seats the one needs who is served next; 0: nobody waits. */
  get nextSeats(): number {
    return this.#next()?.waiting[0]?.ask.seats ?? 0
  }

  /** `free`: whether there are seats. */
  enter(ask: Ask, free: boolean): Place {
    if (free && this.#waiting === 0) {
      this.#seat(ask)
      return { kind: 'seat' }
    }
    const queue = this.#shortest(ask.flow)
    if (!queue || queue.waiting.length >= (this.#limits?.queueLengthLimit ?? 0)) {
      this.counts.rejected++
      return { kind: 'full' }
    }
    let start: () => void = () => undefined
    const seat = new Promise<void>((resolve) => {
      start = resolve
    })
    const waiting = { start, ask }
    queue.waiting.push(waiting)
    this.#waiting++
    const leave = () => {
      const at = queue.waiting.indexOf(waiting)
      if (at < 0) return false
      queue.waiting.splice(at, 1)
      this.#waiting--
      this.counts.timedOut++
      return true
    }
    return { kind: 'wait', seat, leave }
  }

  leaveSeat({ seats }: Ask): void {
    this.#seats -= seats
    this.counts.executing--
  }

  #seat({ seats }: Ask): void {
    this.#seats += seats
    this.counts.executing++
    this.counts.dispatched++
  }

  /** Gives a seat to whoever is next; the caller has seen that there is one. */
  serveNext(): void {
    const next = this.#next()
    const waiting = next?.waiting.shift()
    if (!next || !waiting) return
    next.begun += waiting.ask.seats
    this.#waiting--
    this.#seat(waiting.ask)
    // An idle queue does not save up turns.
    if (this.#waiting === 0) for (const queue of this.#queues) queue.begun = 0
    waiting.start()
  }

  #next(): Queue | undefined {
    let next: Queue | undefined
    for (const queue of this.#queues) {
      if (queue.waiting.length > 0 && (!next || queue.begun < next.begun)) next = queue
    }
    return next
  }

  #shortest(flow: string): Queue | undefined {
    let shortest: Queue | undefined
    for (const index of hand(flow, this.#limits ?? NO_QUEUES)) {
      const queue = this.#queues[index]
      if (queue && (!shortest || queue.waiting.length < shortest.waiting.length)) shortest = queue
    }
    return shortest
  }
}

const NO_QUEUES: QueueLimits = { queues: 0, handSize: 0, queueLengthLimit: 0 }

/** Pure: the queues that a flow may join, the same each time; different ones. */
export function hand(flow: string, { queues, handSize }: QueueLimits): number[] {
  const chosen = new Set<number>()
  let state = hashOf(flow)
  while (chosen.size < Math.min(handSize, queues)) {
    chosen.add(state % queues)
    state = hashOf(`${state}/${flow}`)
  }
  return [...chosen]
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  }
  return hash
}
