/**
 * Quantities of resources such as `500m`, `1Gi` or `2e3` (apimachinery `resource.Quantity`), exact:
 * a value is `units × 10^-9`, and anything finer is rounded up, as upstream does.
 */
export interface Quantity {
  /** Billionths. */
  readonly nanos: bigint
  readonly format: QuantityFormat
}

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

const NANO = 1_000_000_000n
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+|n|u|m|k|M|G|T|P|E)?$/
const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY_SHIFTS: Readonly<Record<string, bigint>> = {
  Ki: 10n,
  Mi: 20n,
  Gi: 30n,
  Ti: 40n,
  Pi: 50n,
  Ei: 60n,
}
// Upstream caps what it parses to 2^63 - 1.
const MAX_NANOS = (2n ** 63n - 1n) * NANO
const MAX_EXPONENT = 1000

/** Upstream's words for a text that is no quantity. */
export const QUANTITY_FORMAT_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
export const QUANTITY_SUFFIX_ERROR = "unable to parse quantity's suffix"

export class QuantityError extends Error {
  override readonly name = 'QuantityError'
}

/** Parses a quantity; throws `QuantityError` with upstream's text. */
export function parseQuantity(text: string): Quantity {
  const match = SHAPE.exec(text)
  const digits = `${match?.[2] ?? ''}${match?.[3] ?? ''}`
  if (match === null || digits === '') {
    const looksRight = /^[+-]?(\d+\.?\d*|\.\d+)[eEinumkKMGTP]*[-+]?\d*$/.test(text)
    throw new QuantityError(looksRight ? QUANTITY_SUFFIX_ERROR : QUANTITY_FORMAT_ERROR)
  }
  const fraction = match[3] ?? ''
  const suffix = match[4] ?? ''
  const shift = BINARY_SHIFTS[suffix]
  const exponent = shift !== undefined ? 0 : exponentOf(suffix)
  const magnitude = scale(BigInt(digits) << (shift ?? 0n), exponent - fraction.length)
  const capped = magnitude > MAX_NANOS ? MAX_NANOS : magnitude
  return { nanos: match[1] === '-' ? -capped : capped, format: formatOf(suffix, shift) }
}

function formatOf(suffix: string, shift: bigint | undefined): QuantityFormat {
  if (shift !== undefined) return 'BinarySI'
  return /^[eE]./.test(suffix) ? 'DecimalExponent' : 'DecimalSI'
}

function exponentOf(suffix: string): number {
  const known = DECIMAL_EXPONENTS[suffix]
  if (known !== undefined) return known
  const exponent = Number(suffix.slice(1))
  return Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, exponent))
}

/** `value × 10^exponent` in billionths, rounded up. */
function scale(value: bigint, exponent: number): bigint {
  const power = exponent + 9
  if (power >= 0) return value * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (value + divisor - 1n) / divisor
}

/** The canonical text: no fraction, the largest suffix that keeps the value exact. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0'
  const sign = nanos < 0n ? '-' : ''
  const magnitude = nanos < 0n ? -nanos : nanos
  // Upstream writes small binary values in decimal, and rounds the others up to whole units.
  if (format === 'BinarySI' && magnitude >= 1024n * NANO) {
    return sign + formatBinary((magnitude + NANO - 1n) / NANO)
  }
  return sign + formatDecimal(magnitude, format === 'DecimalExponent')
}

function formatBinary(value: bigint): string {
  const suffixes = ['', ...Object.keys(BINARY_SHIFTS)]
  let rest = value
  let steps = 0
  while (rest % 1024n === 0n && steps < suffixes.length - 1) {
    rest /= 1024n
    steps++
  }
  return `${rest}${suffixes[steps]}`
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  const suffixes = Object.entries(DECIMAL_EXPONENTS).sort(([, a], [, b]) => a - b)
  let rest = nanos
  let steps = 0
  while (rest % 1000n === 0n && steps < suffixes.length - 1) {
    rest /= 1000n
    steps++
  }
  const [suffix, exponent] = suffixes[steps] ?? ['', 0]
  if (!asExponent) return `${rest}${suffix}`
  return exponent === 0 ? `${rest}` : `${rest}e${exponent}`
}

/**
 * The text that a server keeps: canonical, unless it is so already. `1000m` becomes `1`, `0.5`
 * becomes `500m`, `1024Ki` becomes `1Mi`.
 */
export function canonicalQuantity(text: string): string {
  return formatQuantity(parseQuantity(text))
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: string, b: string): number {
  if (a === b) return 0
  const left = parseQuantity(a).nanos
  const right = parseQuantity(b).nanos
  return left < right ? -1 : left > right ? 1 : 0
}

/** The sum, in the format of the first that is not zero. */
export function addQuantities(a: string, b: string): string {
  const left = parseQuantity(a)
  const right = parseQuantity(b)
  const format = left.nanos === 0n ? right.format : left.format
  return formatQuantity({ nanos: left.nanos + right.nanos, format })
}

export function subtractQuantities(a: string, b: string): string {
  const left = parseQuantity(a)
  const right = parseQuantity(b)
  const format = left.nanos === 0n ? right.format : left.format
  return formatQuantity({ nanos: left.nanos - right.nanos, format })
}

export function isZeroQuantity(text: string): boolean {
  return text === '0' || parseQuantity(text).nanos === 0n
}

/** Whole units, rounded up: bytes of `1Ki`, cores of `1500m` (2). */
export function quantityValue(text: string): number {
  return Number(ceilDivide(parseQuantity(text).nanos, NANO))
}

/** Thousandths, rounded up: `1` CPU is 1000. */
export function quantityMilliValue(text: string): number {
  return Number(ceilDivide(parseQuantity(text).nanos, 1_000_000n))
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor > 0n ? quotient + 1n : quotient
}
