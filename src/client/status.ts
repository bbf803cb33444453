import { StatusError, type StatusDetails, type StatusReason } from '../base/index.ts'

/** What client-go says of an answer that carries no Status. */
const UNKNOWN_ANSWERS: Readonly<Record<number, readonly [StatusReason, string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', 'the server does not allow access to the requested resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that is supported'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Expired', 'the requested version is no longer available'],
  413: ['RequestEntityTooLarge', 'the request is too large for the server'],
  415: ['UnsupportedMediaType', 'the body of the request was in an unknown format'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and asked us to try later'],
  500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<string, unknown>)[name]
}

/** The error that a `Status` object tells of; undefined when `value` is none. */
export function statusErrorOf(value: unknown, httpCode: number): StatusError | undefined {
  if (field(value, 'kind') !== 'Status') return undefined
  const code = field(value, 'code')
  const message = field(value, 'message')
  const details = field(value, 'details')
  return new StatusError(
    typeof code === 'number' ? code : httpCode,
    (field(value, 'reason') ?? '') as StatusReason,
    typeof message === 'string' ? message : `the server answered ${httpCode}`,
    details === undefined ? {} : { details: details as StatusDetails },
  )
}

/** The error for an answer with HTTP status `code`, from its body if that is a Status. */
export function answerError(code: number, body: Uint8Array): StatusError {
  const text = new TextDecoder().decode(body)
  try {
    const error = statusErrorOf(JSON.parse(text), code)
    if (error) return error
  } catch {
    // Not JSON: a proxy's or a foreign server's page.
  }
  const [reason, message] = UNKNOWN_ANSWERS[code] ?? ['', `the server answered ${code}`]
  return new StatusError(code, reason, message)
}
