import type { Clock, DeepReadonly, HttpResponse } from '../../../base/index.ts'
import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/index.ts'
import type { Lookup } from '../admission/index.ts'
import type { Attributes } from '../authz/attributes.ts'
import { replyText } from '../respond.ts'
import { classify, type Flow, inOrder } from './classify.ts'
import { type Ask, PriorityLevel } from './priority-level.ts'
import { seatsFor } from './seats.ts'

/** Requests that are served at once (`--max-requests-inflight` and the mutating ones together). */
const SEATS = 600
/** How long a request waits for its turn. */
const WAIT_MS = 15_000
const GROUP = 'flowcontrol.apiserver.k8s.io'

type Config = DeepReadonly<PriorityLevelConfiguration>

interface Level {
  readonly config: Config
  readonly level: PriorityLevel
  readonly isExempt: boolean
  /** Seats that are its own, and how many of them it keeps when others could use them. */
  readonly nominal: number
  readonly kept: number
  /** With those that it borrows. */
  readonly most: number
}

/**
 * API priority and fairness (KEP-1040): each priority level has its share of the seats, borrows
 * what others leave idle, and within a level flows take turns. So a flood of one client keeps
 * neither nodes from renewing their leases nor other clients from being served.
 */
export class Fairness {
  readonly #lookup: Lookup
  readonly #clock: Clock
  readonly #seats: number
  /** What was configured last, to be told by identity. */
  #listed: { readonly schemas?: readonly unknown[]; readonly configs?: readonly unknown[] } = {}
  #schemas: readonly DeepReadonly<FlowSchema>[] = []
  #levels = new Map<string, Level>()

  constructor(parts: { lookup: Lookup; clock: Clock; seats?: number }) {
    this.#lookup = parts.lookup
    this.#clock = parts.clock
    this.#seats = parts.seats ?? SEATS
  }

  /** Serves when it is the request's turn; 429 without room to wait, or when that takes too long. */
  async serve(
    asked: Attributes,
    options: { signal: AbortSignal; limit?: number },
    work: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    this.#configure()
    const flow = classify(this.#schemas, asked)
    const level = flow && this.#levels.get(flow.level)
    if (!flow || !level) return work()
    const named = headersOf(flow, level)
    if (level.isExempt) return withHeaders(work(), named)
    const ask = {
      flow: `${flow.schema.metadata.name}/${flow.distinguisher}`,
      seats: seatsFor(asked, this.#lookup, options.limit),
    }
    const served = await this.#takeSeat(level, ask, options)
    if (!served) return withHeaders(Promise.resolve(tooMany()), named)
    try {
      return await withHeaders(work(), named)
    } finally {
      level.level.leaveSeat(ask)
      this.#serveWaiting()
    }
  }

  /** Serves at once, for what lasts: the answer tells the level, whose seats it does not take. */
  async serveLong(asked: Attributes, work: () => Promise<HttpResponse>): Promise<HttpResponse> {
    this.#configure()
    const flow = classify(this.#schemas, asked)
    const level = flow && this.#levels.get(flow.level)
    return flow && level ? withHeaders(work(), headersOf(flow, level)) : work()
  }

  async #takeSeat(
    { level, ...of }: Level,
    ask: Ask,
    { signal }: { signal: AbortSignal },
  ): Promise<boolean> {
    const place = level.enter(ask, this.#hasSeats({ level, ...of }, ask.seats))
    if (place.kind !== 'wait') return place.kind === 'seat'
    return new Promise((resolve) => {
      const settle = (served: boolean) => {
        timer.cancel()
        signal.removeEventListener('abort', giveUp)
        resolve(served)
      }
      const giveUp = () => {
        if (place.leave()) settle(false)
      }
      const timer = this.#clock.after(WAIT_MS, giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      void place.seat.then(() => settle(true))
    })
  }

  /** Its own seats first; then those that nobody needs now, but for what others keep. */
  #hasSeats(of: Level, seats: number): boolean {
    const wanted = of.level.seats + seats
    // One that needs more than there ever are is served alone.
    if (of.level.seats === 0 || wanted <= of.nominal) return true
    if (wanted > of.most) return false
    let taken = seats
    for (const other of this.#levels.values()) {
      if (other.isExempt) continue
      taken +=
        other === of || other.level === of.level
          ? other.level.seats
          : Math.max(other.level.seats, other.kept)
    }
    return taken <= this.#seats
  }

  #serveWaiting(): void {
    for (const level of this.#levels.values()) {
      while (level.level.waiting > 0 && this.#hasSeats(level, level.level.nextSeats)) {
        level.level.serveNext()
      }
    }
  }

  /** By name, for those who look in. */
  levels(): ReadonlyMap<string, { readonly isExempt: boolean; readonly level: PriorityLevel }> {
    this.#configure()
    return this.#levels
  }

  #configure(): void {
    const schemas = this.#lookup.list<FlowSchema>({ group: GROUP, plural: 'flowschemas' })
    const configs = this.#lookup.list<PriorityLevelConfiguration>({
      group: GROUP,
      plural: 'prioritylevelconfigurations',
    })
    if (schemas === this.#listed.schemas && configs === this.#listed.configs) return
    this.#listed = { schemas, configs }
    this.#schemas = inOrder(schemas)
    this.#levels = levelsOf(configs, { seats: this.#seats, before: this.#levels })
  }
}

function levelsOf(
  configs: readonly Config[],
  of: { seats: number; before: ReadonlyMap<string, Level> },
): Map<string, Level> {
  const shares = ({ spec }: Config) => spec.limited?.nominalConcurrencyShares ?? 0
  const total = configs.reduce((sum, config) => sum + shares(config), 0)
  const levels = new Map<string, Level>()
  for (const config of configs) {
    const { name = '', generation } = config.metadata
    const { type, limited } = config.spec
    const isExempt = type === 'Exempt'
    const nominal = total === 0 ? 0 : Math.ceil((of.seats * shares(config)) / total)
    const part = (percent: number) => Math.round((nominal * percent) / 100)
    const borrowable = limited?.borrowingLimitPercent
    const most = borrowable == null ? of.seats : nominal + part(borrowable)
    const known = of.before.get(name)
    // Who is served or waits under a level stays there while its queues are the same.
    const same = known?.config.metadata.generation === generation
    const queuing = limited?.limitResponse?.queuing
    const limits = queuing && {
      queues: queuing.queues ?? 64,
      handSize: queuing.handSize ?? 8,
      queueLengthLimit: queuing.queueLengthLimit ?? 50,
    }
    const level = known && same ? known.level : new PriorityLevel(limits)
    const kept = nominal - part(limited?.lendablePercent ?? 0)
    levels.set(name, { config, level, isExempt, nominal, kept, most })
  }
  return levels
}

function headersOf({ schema }: Flow, { config }: Level): Record<string, string> {
  return {
    'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
    'x-kubernetes-pf-prioritylevel-uid': config.metadata.uid ?? '',
  }
}

/** Failures are told with them, too. */
async function withHeaders(
  working: Promise<HttpResponse>,
  headers: Record<string, string>,
): Promise<HttpResponse> {
  const response = await working
  return { ...response, headers: { ...response.headers, ...headers } }
}

function tooMany(): HttpResponse {
  const response = replyText(429, 'Too many requests, please try again later.\n')
  return { ...response, headers: { ...response.headers, 'retry-after': '1' } }
}
