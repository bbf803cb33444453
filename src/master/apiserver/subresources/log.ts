import {
  ConnectionError,
  type HttpHandler,
  type HttpResponse,
  readBody,
  StatusError,
} from '../../../base/index.ts'
import type { FieldError, Pod } from '../../../api/index.ts'
import { callOf, type Exchange } from '../exchange.ts'
import { integer } from '../options.ts'
import { bytesOverWebSocket, wantsWebSocket } from '../over-web-socket.ts'
import { getObject } from '../registry/list.ts'
import type { Store } from '../registry/store.ts'
import { isTrue } from '../request-info.ts'
import { statusErrors } from '../status.ts'
import { chooseContainer, type KubeletClient, kubeletUrl } from './node-agent.ts'
import type { Subresource } from './router.ts'

/** Longest text of a kubelet's error that is handed on. */
const ERROR_BYTES_MAX = 64 * 1024

/** `log`: what a container wrote, streamed from the node that it runs on. */
export function podLog(options: {
  nodes: () => Store | undefined
  kubelet: KubeletClient
}): Subresource {
  return (store) => async (exchange) => {
    if (exchange.at.verb !== 'get') throw statusErrors.methodNotAllowed()
    const { name } = exchange.at
    const query = logQuery(exchange)
    const call = callOf(exchange, true)
    const pod = (await getObject(store, call, { name, version: '' })).parse() as Pod
    const container = chooseContainer(pod, exchange.query.get('container') ?? '')
    const { nodeName } = pod.spec
    if (!nodeName) return told(exchange, new Uint8Array(0))
    const baseUrl = await kubeletUrl(options.nodes(), { nodeName, signal: exchange.signal })
    const path = `/containerLogs/${call.namespace}/${name}/${container}`
    const url = query === '' ? path : `${path}?${query}`
    return stream(options.kubelet(baseUrl), exchange, { baseUrl, url, name })
  }
}

const TEXT = { 'content-type': 'text/plain' }

const PASSED_ON = [
  'follow',
  'previous',
  'timestamps',
  'sinceSeconds',
  'sinceTime',
  'tailLines',
  'limitBytes',
]

/** The checked options, as the kubelet takes them. Throws 400 and 422. */
function logQuery(exchange: Exchange): string {
  const { query, at } = exchange
  const errors: FieldError[] = []
  const atLeast = (field: string, min: number, why: string) => {
    const value = integer(query, field)
    if (value === undefined || value >= min) return
    const detail = `Invalid value: ${value}: ${why}`
    errors.push({ type: 'FieldValueInvalid', field, detail })
  }
  atLeast('tailLines', 0, 'must be greater than or equal to 0')
  atLeast('limitBytes', 1, 'must be greater than 0')
  atLeast('sinceSeconds', 1, 'must be greater than 0')
  if (query.has('sinceSeconds') && query.has('sinceTime')) {
    const detail = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'
    errors.push({ type: 'FieldValueForbidden', field: '', detail })
  }
  if (errors.length > 0) {
    throw statusErrors.invalid({ group: '', kind: 'PodLogOptions' }, at.name, errors)
  }
  const passed = new URLSearchParams()
  for (const name of PASSED_ON) {
    const value = query.get(name)
    if (value === null || value === '') continue
    const isFlag = name === 'follow' || name === 'previous' || name === 'timestamps'
    if (!isFlag) passed.set(name, value)
    else if (isTrue(value)) passed.set(name, 'true')
  }
  return passed.toString()
}

async function stream(
  kubelet: HttpHandler,
  exchange: Exchange,
  to: { baseUrl: string; url: string; name: string },
): Promise<HttpResponse> {
  const { signal } = exchange
  const headers = { accept: '*/*' }
  try {
    const request = { method: 'GET', url: to.url, headers, body: undefined, signal }
    const response = await kubelet(request)
    if (response.status >= 200 && response.status <= 206) {
      return told(exchange, response.body ?? new Uint8Array(0))
    }
    throw await kubeletError(response, to.name)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    throw statusErrors.plain(`Get "${to.baseUrl}${to.url}": ${error.message}`)
  }
}

function told({ request }: Exchange, body: NonNullable<HttpResponse['body']>): HttpResponse {
  if (wantsWebSocket(request)) return bytesOverWebSocket(request, body)
  return { status: 200, headers: TEXT, body }
}

async function kubeletError(response: HttpResponse, name: string): Promise<Error> {
  const bytes = await readBody(response.body, ERROR_BYTES_MAX, () => new Error('too long'))
  const text = Buffer.from(bytes).toString('utf8')
  if (response.status === 500) return statusErrors.internal(text)
  if (response.status === 400) return statusErrors.badRequest(text)
  const details = {
    name,
    kind: 'pods',
    causes: [{ reason: 'UnexpectedServerResponse', message: text }],
  }
  if (response.status === 404) {
    const message = `the server could not find the requested resource ( pods ${name})`
    return new StatusError(404, 'NotFound', message, { details })
  }
  const message = `the server responded with the status code ${response.status} but did not return more information ( pods ${name})`
  return new StatusError(response.status, '', message, { details })
}
