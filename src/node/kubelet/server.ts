import type { HttpHandler, HttpRequest, HttpResponse } from '../../base/index.ts'
import { newest } from './container-plan.ts'
import { type PodView, runContainers, statusOf } from './pod-words.ts'
import type { LogOptions } from './runtime/types.ts'
import {
  kubeletMetrics,
  type NodeMeter,
  nodeUsage,
  resourceMetrics,
  summary,
} from './stats/index.ts'
import { kubeletStream, STREAM_PATHS, type StreamParts } from './streaming/index.ts'

export interface KubeletServerParts extends StreamParts {
  pods(): Iterable<PodView>
  /** Common names that may ask, beside the group `system:masters`. */
  readonly apiServerNames: readonly string[]
  readonly nodeName: string
  readonly meter: NodeMeter
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' }
const JSON_TYPE = { 'content-type': 'application/json' }

/**
 * What API servers and operators ask a kubelet for: `/containerLogs/{namespace}/{pod}/{container}`,
 * `/exec`, `/attach` and `/portForward` alike, `/pods`, `/runningpods/`, `/stats/summary`,
 * `/metrics`, `/metrics/resource`, `/healthz`. Served over HTTPS to those who show a client certificate.
 */
export function kubeletHandler(parts: KubeletServerParts): HttpHandler {
  return async (request) => answer(request, parts)
}

function answer(
  request: HttpRequest,
  parts: KubeletServerParts,
): HttpResponse | Promise<HttpResponse> {
  const url = new URL(request.url, 'https://kubelet')
  const [, first = '', ...rest] = url.pathname.split('/')
  const denial = authorize(request, parts)
  if (denial) return denial
  if (STREAM_PATHS.includes(first) && rest.length === (first === 'portForward' ? 2 : 3)) {
    const [namespace = '', name = '', container = ''] = rest.map(decodeURIComponent)
    const pod = findPod(parts.pods(), { namespace, pod: name })
    const at = { kind: first, container, pod, query: url.searchParams }
    return kubeletStream(request, at, parts)
  }
  if (request.method !== 'GET') return text(405, 'Method Not Allowed')
  if (first === 'healthz') return text(200, 'ok')
  if (first === 'pods') return podList([...parts.pods()])
  if (first === 'runningpods') return podList(runningPods(parts))
  if (url.pathname === '/metrics') return text(200, ownMetrics(parts))
  if (url.pathname === '/stats/summary' || url.pathname === '/metrics/resource') {
    return usage(url.pathname, parts)
  }
  if (first === 'containerLogs' && rest.length === 3) {
    const [namespace = '', pod = '', container = ''] = rest.map(decodeURIComponent)
    return containerLogs({ namespace, pod, container }, url.searchParams, request.signal, parts)
  }
  return text(404, '404 page not found')
}

function podList(items: readonly unknown[]): HttpResponse {
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items }
  return { status: 200, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(list)) }
}

/** Pods as the runtime knows them: their names, and the containers that run. */
function runningPods(parts: KubeletServerParts): unknown[] {
  return [...parts.pods()].flatMap(({ metadata: { name, namespace, uid } }) => {
    const containers = parts.runtime
      .containers(uid)
      .filter(({ state }) => state.kind === 'running')
      .map((each) => ({ name: each.name, image: each.image, resources: {} }))
    const metadata = { name, namespace, uid, creationTimestamp: null }
    return containers.length > 0 ? [{ metadata, spec: { containers }, status: {} }] : []
  })
}

function ownMetrics({ nodeName, ...parts }: KubeletServerParts): string {
  const statesOf = ({ metadata: { uid } }: PodView) =>
    parts.runtime.containers(uid).map(({ state }) => state.kind)
  return kubeletMetrics({ nodeName, pods: [...parts.pods()].map(statesOf) })
}

async function usage(path: string, parts: KubeletServerParts): Promise<HttpResponse> {
  const measured = nodeUsage(await parts.meter.measured(), parts)
  if (path === '/metrics/resource') return text(200, resourceMetrics(measured))
  return { status: 200, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(summary(measured))) }
}

function authorize(request: HttpRequest, parts: KubeletServerParts): HttpResponse | undefined {
  const { identity } = request
  if (!identity) return text(401, 'Unauthorized')
  const { commonName, organizations } = identity
  const isMaster = organizations.includes('system:masters')
  if (isMaster || parts.apiServerNames.includes(commonName)) return undefined
  const verb = request.method.toLowerCase()
  return text(
    403,
    `Forbidden (user=${commonName}, verb=${verb}, resource=nodes, subresource=proxy)`,
  )
}

function containerLogs(
  at: { namespace: string; pod: string; container: string },
  query: URLSearchParams,
  signal: AbortSignal,
  parts: KubeletServerParts,
): HttpResponse {
  const options = logOptions(query, parts.clock.nowMs())
  if (typeof options === 'string') return text(400, options)
  const pod = findPod(parts.pods(), at)
  if (!pod) return text(404, `pod "${at.pod}" not found\n`)
  const isOurs = runContainers(pod.spec).some((c) => c.name === at.container)
  if (!isOurs) return text(404, `container "${at.container}" not found in pod "${at.pod}"\n`)
  const observed = parts.runtime.containers(pod.metadata.uid)
  const attempts = observed.filter((o) => o.name === at.container)
  const wantsPrevious = query.get('previous') === 'true'
  const previous = attempts.at(-2)
  const wanted = wantsPrevious ? previous : newest(observed, at.container)
  if (wantsPrevious && !previous) {
    const what = `previous terminated container "${at.container}" in pod "${at.pod}" not found`
    return text(400, what)
  }
  if (!wanted) {
    const reason = waitingReason(pod, at.container)
    const what = `container "${at.container}" in pod "${at.pod}" is waiting to start: ${reason}`
    return text(400, what)
  }
  const body = parts.runtime.logs(wanted.id, { ...options, signal })
  return { status: 200, headers: { 'content-type': 'text/plain' }, body }
}

function findPod(
  pods: Iterable<PodView>,
  at: { namespace: string; pod: string },
): PodView | undefined {
  for (const pod of pods) {
    if (pod.metadata.name === at.pod && pod.metadata.namespace === at.namespace) return pod
  }
  return undefined
}

function waitingReason(pod: PodView, container: string): string {
  return statusOf(pod, container)?.state?.waiting?.reason ?? 'ContainerCreating'
}

/** The options, or what is wrong with them. */
function logOptions(query: URLSearchParams, nowMs: number): LogOptions | string {
  const tailLines = wholeNumber(query, 'tailLines', 0)
  const limitBytes = wholeNumber(query, 'limitBytes', 1)
  const sinceSeconds = wholeNumber(query, 'sinceSeconds', 1)
  for (const value of [tailLines, limitBytes, sinceSeconds]) {
    if (typeof value === 'string') return value
  }
  const sinceTime = query.get('sinceTime')
  const sinceTimeMs = sinceTime ? Date.parse(sinceTime) : undefined
  if (Number.isNaN(sinceTimeMs)) return `sinceTime: Invalid value: "${sinceTime}": not a time`
  const sinceMs =
    typeof sinceSeconds === 'number' ? nowMs - sinceSeconds * 1000 : (sinceTimeMs ?? undefined)
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(typeof tailLines === 'number' && { tailLines }),
    ...(typeof limitBytes === 'number' && { limitBytes }),
    ...(sinceMs !== undefined && { sinceMs }),
  }
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  min: number,
): number | string | undefined {
  const value = query.get(name)
  if (value === null || value === '') return undefined
  const number = Number(value)
  if (Number.isInteger(number) && number >= min) return number
  const rule = min === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0'
  return `${name}: Invalid value: ${value}: ${rule}`
}

function text(status: number, message: string): HttpResponse {
  return { status, headers: TEXT, body: Buffer.from(message) }
}
