import {
  GrpcCode,
  KvError,
  type StatusDetails,
  StatusError,
  type StatusReason,
} from '../../base/index.ts'
import { invalidObject, type Status } from '../../api/index.ts'

/** Which objects an error speaks of: `deployments.apps "web"`. */
export interface ResourceName {
  readonly group: string
  readonly plural: string
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualified(name: { group: string; plural: string }): string {
  return name.group === '' ? name.plural : `${name.plural}.${name.group}`
}

const detailsOf = (of: ResourceName, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(of.group && { group: of.group }),
  kind: of.plural,
})

/** Kubernetes' API errors (apimachinery `api/errors`), with its status codes and texts. */
export const statusErrors = {
  unauthorized: () => new StatusError(401, 'Unauthorized', 'Unauthorized'),

  badRequest: (message: string) => new StatusError(400, 'BadRequest', message),

  forbidden: (of: ResourceName, name: string, why: string, more: StatusDetails = {}) => {
    const what = name ? `${qualified(of)} "${name}"` : qualified(of)
    const message = of.plural ? `${what} is forbidden: ${why}` : `forbidden: ${why}`
    return new StatusError(403, 'Forbidden', message, {
      details: of.plural === '' ? more : { ...detailsOf(of, name), ...more },
    })
  },

  notFound: (of: ResourceName, name: string) =>
    new StatusError(404, 'NotFound', `${qualified(of)} "${name}" not found`, {
      details: detailsOf(of, name),
    }),

  /** A path that no resource answers. */
  unknownResource: () =>
    new StatusError(404, 'NotFound', 'the server could not find the requested resource', {
      details: {},
    }),

  methodNotAllowed: () =>
    new StatusError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      { details: {} },
    ),

  notAcceptable: (message: string, details?: StatusDetails) =>
    new StatusError(406, 'NotAcceptable', message, details && { details }),

  alreadyExists: (of: ResourceName, name: string, options: { deleting?: boolean } = {}) => {
    const text = `${qualified(of)} "${name}" already exists`
    return new StatusError(
      409,
      'AlreadyExists',
      options.deleting ? `object is being deleted: ${text}` : text,
      { details: detailsOf(of, name) },
    )
  },

  conflict: (of: ResourceName, name: string, why: string) =>
    new StatusError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`,
      { details: detailsOf(of, name) },
    ),

  expired: (message: string) => new StatusError(410, 'Expired', message),

  tooLarge: (maxBytes: number) =>
    new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`),

  unsupportedMediaType: (message: string, details?: StatusDetails) =>
    new StatusError(415, 'UnsupportedMediaType', message, details && { details }),

  /** 422 with one cause for each fault. */
  invalid: invalidObject,

  /** A patch that cannot be applied: the server says no more than that, as Kubernetes does. */
  unprocessable: () =>
    new StatusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {
        details: {},
      },
    ),

  tooManyRequests: (message: string, retryAfterSeconds: number, details: StatusDetails = {}) =>
    new StatusError(429, 'TooManyRequests', message, {
      details: { ...details, retryAfterSeconds },
    }),

  /** An error of the server that has no reason of its own: 500 with its text alone. */
  plain: (message: string, options?: { cause?: unknown }) =>
    new StatusError(500, '', message, options),

  internal: (message: string, options: { cause?: unknown } = {}) =>
    new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
      details: { causes: [{ message }] },
      ...options,
    }),

  unavailable: (message: string, options: { cause?: unknown } = {}) =>
    new StatusError(503, 'ServiceUnavailable', message, {
      details: { retryAfterSeconds: 1 },
      ...options,
    }),

  /** The wait for a revision that this server has not seen yet ended. */
  revisionTooLarge: (asked: number, current: number) =>
    new StatusError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${asked}, current: ${current}`,
      {
        details: {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        },
      },
    ),

  timeout: (message: string, retryAfterSeconds: number) =>
    new StatusError(504, 'Timeout', `Timeout: ${message}`, { details: { retryAfterSeconds } }),
} as const

/**
 * What a store's error becomes; all others are 500 with etcd's text, as in Kubernetes. None of the
 * first three names a time to retry: the write may have been done, and without a quorum clients
 * would only wait longer for the same answer.
 */
function kvStatus({ code, message }: KvError): { code: number; reason: StatusReason } | undefined {
  if (message === 'etcdserver: server stopped') return { code: 503, reason: 'ServiceUnavailable' }
  if (code === GrpcCode.deadlineExceeded) return { code: 504, reason: 'Timeout' }
  if (code === GrpcCode.canceled) return { code: 504, reason: 'Timeout' }
  return undefined
}

/**
 * Any failure as the one that a client sees. A store without a leader is 500 with etcd's text;
 * a bug is 500 without its inside.
 */
export function toStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error
  if (!(error instanceof KvError)) {
    return statusErrors.internal('the request failed for an unexpected reason', { cause: error })
  }
  if (/request is too large/.test(error.message)) {
    return new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: ${error.message}`,
    )
  }
  if (error.message === 'etcdserver: too many requests') {
    return statusErrors.tooManyRequests(error.message, 1)
  }
  const known = kvStatus(error)
  if (!known) return statusErrors.plain(error.message, { cause: error })
  return new StatusError(known.code, known.reason, error.message, { cause: error })
}

/** The `Status` object of a failure. */
export function failureStatus(error: StatusError): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason && { reason: error.reason }),
    ...(error.details && { details: mutableDetails(error.details) }),
    code: error.code,
  }
}

/** The `Status` object of a success: of a deletion with the object's details. */
export function successStatus(details?: StatusDetails, code?: number): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details && { details: mutableDetails(details) }),
    ...(code !== undefined && { code }),
  }
}

function mutableDetails(details: StatusDetails): NonNullable<Status['details']> {
  const { causes, ...rest } = details
  return { ...rest, ...(causes && { causes: causes.map((cause) => ({ ...cause })) }) }
}
