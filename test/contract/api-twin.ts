import { randomBytes } from 'node:crypto'
import { parseYaml } from '../../src/api/index.ts'
import {
  ApiTwins,
  TOKENS,
  type TwinAnswer,
  type TwinServer,
} from '../support/apiserver/wire-twins.ts'
import { findProgram, skipOnThisKernel } from '../support/peers.ts'
import { firstDifference, Normaliser } from './api-normal.ts'

/**
 * Compares kube-apiserver (`KUBE_APISERVER=path`) with ours, scenario by scenario; skipped without
 * one. `API_TWINS=url,url` names ours and theirs where both run already.
 */
export function compareWithUpstream(
  area: string,
  scenarios: Readonly<Record<string, readonly TwinStep[]>>,
): void {
  describe(`twins of the API server: ${area}`, function () {
    this.timeout(300_000)
    let twins: ApiTwins
    before(async function () {
      const [ours, theirs] = process.env.API_TWINS?.split(',') ?? []
      if (ours && theirs) twins = new ApiTwins({ ours, theirs })
      else if (!process.env.KUBE_APISERVER || !findProgram('etcd')) {
        skipOnThisKernel(this, 'no kube-apiserver is named by KUBE_APISERVER, or no etcd is there')
      } else twins = await ApiTwins.start()
    })
    after(() => twins?.stop())
    for (const [title, steps] of Object.entries(scenarios)) {
      it(`${title}: ${steps.length} requests`, async () => {
        const differences = await compareSteps(twins, steps)
        if (differences.length > 0) throw new Error(differences.map(describeDifference).join('\n'))
      })
    }
  })
}

function describeDifference({ step, at, theirs, ours }: TwinDifference): string {
  const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 1500)
  return `${step}\n  at ${at}\n  theirs ${show(theirs)}\n  ours   ${show(ours)}`
}

/** One request of a scenario; `${name}` in its texts is what an earlier step captured. */
export interface TwinStep {
  readonly id?: string
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: unknown
  /** Default: the administrator. `none` shows no credential. */
  readonly user?: keyof typeof TOKENS | 'none'
  /** Name → place in the answer's JSON: `body.metadata.resourceVersion`. */
  readonly capture?: Readonly<Record<string, string>>
  /** A watch: read until it has been silent for a while. */
  readonly watch?: boolean
  /** Sent, not compared. */
  readonly setup?: boolean
  /** Answers are equal in status and headers; their bodies say the same in other words. */
  readonly anyBody?: boolean
}

export interface TwinDifference {
  readonly step: string
  readonly at: string
  readonly theirs: unknown
  readonly ours: unknown
}

const QUIET_MS = 600

/** `${ns}` is a namespace of the scenario's own; nobody else makes its service account here. */
const ownNamespace: readonly TwinStep[] = [
  { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: '${ns}' } } },
  {
    method: 'POST',
    path: '/api/v1/namespaces/${ns}/serviceaccounts',
    body: { metadata: { name: 'default' } },
  },
]

/** Sends each step to both, one after another; where their answers differ. */
export async function compareSteps(
  twins: ApiTwins,
  steps: readonly TwinStep[],
): Promise<TwinDifference[]> {
  const namespace = `twin-${randomBytes(4).toString('hex')}`
  const sources = JSON.stringify(steps).replaceAll('\\"', '"')
  const run = async (server: TwinServer) => {
    const normaliser = new Normaliser(sources)
    const variables: Record<string, string> = { ns: namespace }
    for (const step of ownNamespace) await send(server, step, variables)
    const answers: Record<string, unknown>[] = []
    for (const step of steps) {
      const answer = await send(server, step, variables)
      answers.push(JSON.parse(JSON.stringify(normaliser.normalise(answer))))
    }
    return answers
  }
  const [theirs, ours] = await Promise.all([run(twins.theirs), run(twins.ours)])
  return steps.flatMap((step, i) => {
    if (step.setup) return []
    return Object.keys({ ...theirs[i], ...ours[i] }).flatMap((part) => {
      if (part === 'body' && step.anyBody) return []
      const found = firstDifference(theirs[i]?.[part], ours[i]?.[part], part)
      return found
        ? [{ step: nameOf(step), at: found.at, theirs: found.want, ours: found.got }]
        : []
    })
  })
}

function nameOf(step: TwinStep): string {
  const { id, method = 'GET', path, headers, body } = step
  if (id !== undefined) return id
  const more = headers ? ` ${JSON.stringify(headers)}` : ''
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  return `${method} ${path}${more} ${text.slice(0, 300)}`
}

async function send(
  server: TwinServer,
  step: TwinStep,
  variables: Record<string, string>,
): Promise<unknown> {
  const fill = (text: string) =>
    text.replace(/\$\{([\w-]+)\}/g, (all, name: string) => variables[name] ?? all)
  const { method = 'GET', user = 'admin', body } = step
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const headers: Record<string, string> = { 'user-agent': 'twin/1' }
  if (user !== 'none') headers['authorization'] = `Bearer ${TOKENS[user]}`
  if (text !== undefined) headers['content-type'] = 'application/json'
  for (const [name, value] of Object.entries(step.headers ?? {})) {
    if (value === '') delete headers[name]
    else headers[name] = fill(value)
  }
  const answer = await server.ask({
    method,
    path: fill(step.path),
    headers,
    ...(text !== undefined && { body: fill(text) }),
    ...(step.watch && { quietMs: QUIET_MS }),
  })
  const read = contentOf(step, answer)
  for (const [name, where] of Object.entries(step.capture ?? {})) {
    const value = pick(read, where)
    variables[name] = typeof value === 'string' ? value : JSON.stringify(value ?? '')
  }
  return read
}

function pick(value: unknown, where: string): unknown {
  return where
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
}

/** Those that say how an answer was carried, and those that differ from request to request. */
const LEFT_OUT = new Set([
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  // Of documents that are served by pieces, which ours are not.
  'accept-ranges',
  'last-modified',
  'process-start-time-unix',
])
const ANY_VALUE = new Set([
  'audit-id',
  'content-length',
  'etag',
  'x-kubernetes-pf-flowschema-uid',
  'x-kubernetes-pf-prioritylevel-uid',
])

function contentOf(step: TwinStep, answer: TwinAnswer): Record<string, unknown> {
  const headers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (LEFT_OUT.has(name)) continue
    headers[name] = ANY_VALUE.has(name) ? true : value
  }
  // Go frames short answers by their length and long ones by chunks.
  delete headers['content-length']
  const type = answer.headers['content-type'] ?? ''
  const { status, body } = answer
  // Which version an object has, and by what id it goes, stands in its bytes.
  if (answer.headers['content-encoding'] || type.includes('protobuf')) {
    return { status, ...headers, body: `${body.toString('base64').slice(0, 40)}…` }
  }
  const text = body.toString('utf8').replaceAll(answer.host, '<server>')
  if (type === 'application/yaml') return { status, ...headers, body: parseYaml(text).value }
  if (!type.includes('json')) return { status, ...headers, body: text }
  try {
    if (step.watch) {
      const lines = text.split('\n').filter((line) => line.trim() !== '')
      return { status, ...headers, body: lines.map((line) => JSON.parse(line)) }
    }
    // How it is laid out matters as well: pretty or in one line.
    return { status, ...headers, lines: text.split('\n').length, body: JSON.parse(text) }
  } catch {
    return { status, ...headers, body: text }
  }
}
