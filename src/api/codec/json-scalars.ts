import type { ScalarKind } from '../schema/index.ts'
import { parseGoTime, type TimePrecision } from './go-time.ts'
import { canonicalQuantity, QUANTITY_FORMAT_ERROR, QuantityError } from '../quantity/index.ts'

export type ScalarResult =
  | { readonly value: unknown }
  /**
   * A wrong type; `literal`: the number that does not fit; `goType`: another one than the field's
   * own was tried; `custom`: another text than Go's usual.
   */
  | {
      readonly fault: true
      readonly literal?: string
      readonly goType?: string
      readonly custom?: string
    }

const wrongType: ScalarResult = { fault: true }
const INT32_MAX = 2 ** 31 - 1
const INT64_MAX = 2 ** 63

/** Reads one scalar of JSON into its canonical form. */
export function readScalar(kind: ScalarKind, value: unknown): ScalarResult {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? { value } : wrongType
    case 'boolean':
      return typeof value === 'boolean' ? { value } : wrongType
    case 'int32':
      return readInteger(value, INT32_MAX)
    case 'int64':
      return readInteger(value, INT64_MAX)
    case 'double':
      return typeof value === 'number' ? { value } : wrongType
    case 'bytes':
      return readBase64(value)
    case 'quantity':
      return readQuantity(value)
    case 'intOrString':
      return readIntOrString(value)
    case 'time':
      return readTime(value, 'seconds')
    case 'microTime':
      return readTime(value, 'micros')
    case 'fieldsV1':
    case 'raw':
    case 'json':
      return { value }
  }
}

function readInteger(value: unknown, max: number): ScalarResult {
  if (typeof value !== 'number') return wrongType
  if (Number.isInteger(value) && value <= max && value >= -max - 1) return { value }
  return { fault: true, literal: String(value) }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function readBase64(value: unknown): ScalarResult {
  if (typeof value !== 'string') return wrongType
  if (BASE64.test(value)) return { value }
  const text = value.replace(/[\r\n]/g, '')
  if (BASE64.test(text)) return { value: text }
  return { fault: true, custom: `illegal base64 data at input byte ${firstBadByte(text)}` }
}

function firstBadByte(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/]/)
  if (at < 0) return text.length - (text.length % 4)
  // Padding in the right place is no fault: what follows it is.
  const padded = /^[A-Za-z0-9+/]*={1,2}/.exec(text)?.[0]
  return padded !== undefined && padded.length % 4 === 0 ? padded.length : at
}

function readQuantity(value: unknown): ScalarResult {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return { fault: true, custom: QUANTITY_FORMAT_ERROR }
  try {
    return { value: canonicalQuantity(text.trim()) }
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error
    return { fault: true, custom: error.message }
  }
}

function readIntOrString(value: unknown): ScalarResult {
  if (typeof value === 'string') return { value }
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (value <= INT32_MAX && value >= -INT32_MAX - 1) return { value }
  }
  return {
    fault: true,
    goType: 'int32',
    ...(typeof value === 'number' && { literal: String(value) }),
  }
}

/** Times as we write them ourselves, on days that every month has: nearly all. */
const PLAIN = String.raw`^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}`
const PLAIN_SECONDS = new RegExp(`${PLAIN}Z$`)
const PLAIN_MICROS = new RegExp(String.raw`${PLAIN}\.\d{6}Z$`)

function readTime(value: unknown, precision: TimePrecision): ScalarResult {
  if (typeof value !== 'string') return { fault: true, goType: 'string' }
  if ((precision === 'seconds' ? PLAIN_SECONDS : PLAIN_MICROS).test(value)) return { value }
  const time = parseGoTime(value, precision)
  if (typeof time === 'string') return { fault: true, custom: time }
  const seconds = new Date(time.ms).toISOString().slice(0, 19)
  return { value: precision === 'seconds' ? `${seconds}Z` : `${seconds}.${time.fraction}Z` }
}
