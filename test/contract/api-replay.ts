import { readFileSync } from 'node:fs'
import { type Clock, readBody } from '../../src/base/index.ts'
import { Harness, type Json } from '../unit/apiserver/harness.ts'
import { newSigningKey, signerOf, systemClock } from '../../src/platform/index.ts'
import { firstDifference, Normaliser } from './api-normal.ts'

/** A recorded request with the answer of a real Kubernetes. */
interface Step {
  readonly id: string
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | null>>
  readonly body?: unknown
  readonly bodyBase64?: string
  readonly capture?: Readonly<Record<string, string>>
  readonly watch?: boolean
  /** Sent, not compared. */
  readonly setup?: boolean
  /** Lists in the body whose order says nothing. */
  readonly set?: readonly string[]
  readonly until?: { status?: number; path?: string; equals?: unknown }
  readonly answer: Json
}

export interface Scenario {
  readonly name: string
  readonly steps: readonly Step[]
}

export interface Outcome {
  readonly id: string
  /** Undefined: the same. */
  readonly difference: { at: string; want: unknown; got: unknown } | undefined
}

/** Waits pass this much faster than they are; the time of day does not. */
const HASTE = 20
/** A watch that has been silent for this long has said what it has to say. */
const SILENCE_MS = 40

const ISSUER = 'https://kubernetes.default.svc'

export function readScenario(path: string): Scenario {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Sends the requests of a scenario to a fresh server and compares its answers with the record. */
export async function replay(scenario: Scenario): Promise<Outcome[]> {
  const harness = await Harness.start({
    clock: hastyClock,
    serviceRange: '10.96.0.0/16',
    mountTokens: true,
    security: { serviceAccounts: { issuers: [ISSUER], signer: signerOf(newSigningKey().keyPem) } },
  })
  try {
    const source = JSON.stringify(scenario.steps.map((step) => ({ ...step, answer: undefined })))
    const normaliser = new Normaliser(source.replaceAll('\\"', '"'))
    const variables: Record<string, string> = {}
    await moveRevisionOn(harness)
    const outcomes: Outcome[] = []
    for (const step of scenario.steps) {
      const got = await run(harness, step, variables)
      if (step.setup) continue
      const want = sorted(step, normaliser.normalise(step.answer))
      const difference = firstDifference(want, sorted(step, plain(normaliser.normalise(got))))
      outcomes.push({ id: step.id, difference })
    }
    return outcomes
  } finally {
    await harness.stop()
  }
}

/** Small revisions would be mistaken for the versions that stand in the requests. */
async function moveRevisionOn({ kv }: Harness): Promise<void> {
  for (let i = 0; i < 200; i++) await kv.create(`/moved/${i}`, new Uint8Array(0))
}

function sorted(step: Step, answer: Json): unknown {
  for (const where of step.set ?? []) {
    const list = pick(answer.body, where)
    if (Array.isArray(list)) list.sort((a, b) => (stable(a) < stable(b) ? -1 : 1))
  }
  return answer
}

/** JSON with sorted keys. */
function stable(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${stable(value[key])}`).join(',')}}`
}

const ADMIN = { commonName: 'admin', organizations: ['system:masters'] }

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const hastyClock: Clock = {
  nowMs: () => systemClock.nowMs(),
  monotonicMs: () => systemClock.monotonicMs() * HASTE,
  after: (ms, fire, options) => systemClock.after(ms / HASTE, fire, options),
  every: (ms, fire, options) => systemClock.every(Math.max(1, ms / HASTE), fire, options),
}

async function run(harness: Harness, step: Step, variables: Record<string, string>): Promise<Json> {
  for (let attempt = 0; ; attempt++) {
    const got = await send(harness, step, variables)
    if (attempt < 50 && step.until && !isReached(step.until, got)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      continue
    }
    for (const [name, where] of Object.entries(step.capture ?? {})) {
      const value = pick(got.events ? { events: got.events } : got.body, where)
      variables[name] = typeof value === 'object' ? JSON.stringify(value) : String(value ?? '')
    }
    return got
  }
}

function isReached(until: NonNullable<Step['until']>, got: Json): boolean {
  if (until.status !== undefined && got.status !== until.status) return false
  if (until.path === undefined) return true
  const value = pick(got.body, until.path)
  if (!('equals' in until)) return value !== undefined
  return JSON.stringify(value) === JSON.stringify(until.equals)
}

function pick(value: Json, where: string): Json {
  return where.split('.').reduce((at, key) => (at == null ? undefined : at[key]), value)
}

function fill(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{([\w-]+)\}/g, (all, name: string) => variables[name] ?? all)
}

function bodyOf(step: Step, variables: Record<string, string>): Buffer | undefined {
  if (step.bodyBase64 !== undefined) return Buffer.from(step.bodyBase64, 'base64')
  if (step.body === undefined) return undefined
  const text = typeof step.body === 'string' ? step.body : JSON.stringify(step.body)
  return Buffer.from(fill(text, variables))
}

const KEPT_HEADERS = ['content-type', 'warning', 'retry-after', 'location']

async function send(
  harness: Harness,
  step: Step,
  variables: Record<string, string>,
): Promise<Json> {
  const body = bodyOf(step, variables)
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'twin/1',
    ...(body && { 'content-type': 'application/json' }),
  }
  for (const [name, value] of Object.entries(step.headers ?? {})) {
    if (value === null) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = fill(value, variables)
  }
  const url = encodeURI(fill(step.path, variables)).replace(/%25([0-9A-Fa-f]{2})/g, '%$1')
  const end = new AbortController()
  const response = await harness.server.handler({
    method: step.method ?? 'GET',
    url,
    headers,
    body,
    signal: end.signal,
    // A step with a credential of its own is not let in by the administrator's.
    ...(!('authorization' in (step.headers ?? {})) && { identity: ADMIN }),
  })
  const answer: Json = { status: response.status, headers: {} }
  for (const name of KEPT_HEADERS) {
    if (response.headers[name] !== undefined) answer.headers[name] = response.headers[name]
  }
  if (response.headers['etag'] !== undefined) answer.headers.etag = true
  const bytes = step.watch ? await readWatch(response.body, end) : await readAll(response.body)
  return { ...answer, ...contentOf(step, answer, bytes) }
}

async function readAll(body: Json): Promise<Buffer> {
  return Buffer.from(await readBody(body, 1 << 30, () => new Error('too large')))
}

async function readWatch(body: Json, end: AbortController): Promise<Buffer> {
  if (body === undefined || body instanceof Uint8Array) return Buffer.from(body ?? [])
  const chunks: Buffer[] = []
  const quiet = () => setTimeout(() => end.abort(), SILENCE_MS)
  let timer = quiet()
  for await (const chunk of body) {
    clearTimeout(timer)
    chunks.push(Buffer.from(chunk))
    timer = quiet()
  }
  clearTimeout(timer)
  return Buffer.concat(chunks)
}

function contentOf(step: Step, answer: Json, bytes: Buffer): Json {
  const type: string = answer.headers['content-type'] ?? ''
  const text = bytes.toString('utf8')
  if (step.watch && answer.status === 200 && type.includes('json')) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return { events: lines.map((line) => JSON.parse(line)) }
  }
  if (type.includes('protobuf')) return { body: { base64: bytes.toString('base64') } }
  if (!type.includes('json')) return { body: text }
  try {
    return { body: JSON.parse(text) }
  } catch {
    return { body: text }
  }
}
