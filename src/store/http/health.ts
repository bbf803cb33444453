import { type Clock, GrpcCode, type HttpResponse, KvError, withTimeout } from '../../base/index.ts'
import type { EtcdApi } from '../index.ts'
import { type Answer, plainText } from './answer.ts'

/** etcd's names of what is wrong with a member's cluster. */
export type AlarmName = 'NOSPACE' | 'CORRUPT'

export interface HealthOptions {
  readonly etcd: EtcdApi
  readonly clock: Clock
  /** The alarms that are raised. Default: none. */
  readonly alarms?: () => readonly AlarmName[]
  /** Told of each check's result, for the metrics. */
  readonly onCheck?: (check: { type: string; name: string; ok: boolean }) => void
}

/** As etcd's request timeout: five seconds and two election timeouts. */
const TIMEOUT_MS = 7000
const FIRST_KEY = { key: Uint8Array.of(0), keysOnly: true, limit: 1 }

/** `/health`, `/livez` and `/readyz`, which answer to anybody. Undefined for other paths. */
export async function answerHealth(
  url: URL,
  options: HealthOptions,
  signal: AbortSignal,
): Promise<HttpResponse | undefined> {
  const checks = new Checks(options, signal)
  const query = url.searchParams
  if (url.pathname === '/health') return await health(checks, query)
  for (const [type, names] of Object.entries(REGISTRY)) {
    if (url.pathname === `/${type}`) {
      const excluded = query.getAll('exclude')
      const wanted = names.filter((name) => !excluded.includes(name))
      return await verdict(checks, { type, names: wanted, verbose: query.has('verbose') })
    }
    const name = names.find((each) => url.pathname === `/${type}/${each}`)
    if (name) return await verdict(checks, { type, names: [name], verbose: query.has('verbose') })
  }
  return undefined
}

type CheckName = 'data_corruption' | 'serializable_read' | 'linearizable_read' | 'non_learner'

const REGISTRY: Readonly<Record<string, readonly CheckName[]>> = {
  livez: ['serializable_read'],
  readyz: ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
}

async function health(checks: Checks, query: URLSearchParams): Promise<HttpResponse> {
  const reason = await checks.health({
    excluded: query.getAll('exclude'),
    serializable: query.get('serializable') === 'true',
  })
  checks.report({ type: 'health', name: 'health', ok: reason === '' })
  const body = JSON.stringify({ health: reason === '' ? 'true' : 'false', reason })
  // As Go's server: what it takes the text for, and a refusal with a line's end.
  if (reason === '') return plainText(200, body)
  return plainText(503, `${body}\n`, NO_SNIFF)
}

const NO_SNIFF = { 'x-content-type-options': 'nosniff' }

async function verdict(
  checks: Checks,
  { type, names, verbose }: { type: string; names: readonly CheckName[]; verbose: boolean },
): Promise<Answer> {
  let lines = ''
  let failed = false
  for (const name of names) {
    const why = await checks.run(name)
    checks.report({ type, name, ok: why === undefined })
    failed ||= why !== undefined
    lines += why === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${why}\n`
  }
  if (failed) return plainText(503, `${lines}\n`, NO_SNIFF)
  return plainText(200, `${verbose ? lines : ''}ok\n`, NO_SNIFF)
}

/** What a member can be asked about itself. A check gives the reason why it failed, if it did. */
class Checks {
  readonly #options: HealthOptions
  readonly #signal: AbortSignal

  constructor(options: HealthOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  report(check: { type: string; name: string; ok: boolean }): void {
    this.#options.onCheck?.(check)
  }

  async run(name: CheckName): Promise<string | undefined> {
    if (name === 'serializable_read') return await this.#read(true)
    if (name === 'linearizable_read') return await this.#read(false)
    if (name === 'data_corruption') {
      return this.#alarms().includes('CORRUPT') ? 'alarm activated: CORRUPT' : undefined
    }
    const { isLearner } = await this.#options.etcd.status({ signal: this.#signal })
    return isLearner ? 'not supported for learner' : undefined
  }

  /** Empty when all is well. */
  async health(how: { excluded: readonly string[]; serializable: boolean }): Promise<string> {
    const alarm = this.#alarms().find((each) => !how.excluded.includes(each))
    if (alarm) return `ALARM ${alarm}`
    if (!how.serializable && !this.#options.etcd.leaders.known) return 'RAFT NO LEADER'
    const why = await this.#read(how.serializable)
    return why === undefined ? '' : `RANGE ERROR:${why}`
  }

  #alarms(): readonly AlarmName[] {
    return this.#options.alarms?.() ?? []
  }

  async #read(serializable: boolean): Promise<string | undefined> {
    const { etcd, clock } = this.#options
    const late = () => new KvError(GrpcCode.unavailable, 'etcdserver: request timed out')
    const read = (signal: AbortSignal) => etcd.range({ ...FIRST_KEY, serializable }, { signal })
    try {
      await withTimeout(clock, TIMEOUT_MS, late, read, { signal: this.#signal })
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
