import type { GrpcCode } from './grpc.ts'

/** A failure of the key-value layer, in etcd's words: a gRPC code and etcd's message text. */
export class KvError extends Error {
  override readonly name = 'KvError'
  readonly code: GrpcCode
  constructor(code: GrpcCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Reasons of a Kubernetes `Status` (apimachinery `metav1.StatusReason`). */
export type StatusReason =
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'StorageReadError'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable'
  | ''

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** A Kubernetes API failure: what a client sees as a `Status` object with `status: Failure`. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  /** HTTP status code. */
  readonly code: number
  readonly reason: StatusReason
  readonly details: StatusDetails | undefined
  constructor(
    code: number,
    reason: StatusReason,
    message: string,
    options: { details?: StatusDetails; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.reason = reason
    this.details = options.details
  }
}

/** Whether an error is a `StatusError` with one of these reasons. */
export function hasReason(error: unknown, ...reasons: StatusReason[]): error is StatusError {
  return error instanceof StatusError && reasons.includes(error.reason)
}
