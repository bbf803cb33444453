import { assert } from '../base/index.ts'

/**
 * Resource quantities (apimachinery `resource.Quantity`): fixed-point numbers with a suffix. Values
 * are kept as whole nano-units, so `100m`, `1.5Gi` and `3e6` are exact; finer input is rounded up.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  /** The amount times 10^9. */
  readonly nanos: bigint
  /** How it was written, which decides the suffix of its canonical form. */
  readonly format: QuantityFormat
}

const NANO = 1_000_000_000n
const PATTERN = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/
const DECIMAL_POWERS: Readonly<Record<string, number>> = {
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
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/** The text of the error for a malformed quantity. */
export const QUANTITY_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Undefined when the text is no quantity. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const match = PATTERN.exec(String(text))
  if (!match) return undefined
  const [, sign, digits = '', suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const mantissa = BigInt(whole + fraction || '0')
  const scaled = scale(mantissa, fraction.length, suffix)
  return { nanos: sign === '-' ? -scaled.nanos : scaled.nanos, format: scaled.format }
}

function scale(mantissa: bigint, fractionDigits: number, suffix: string): Quantity {
  const binary = BINARY_SUFFIXES.indexOf(suffix)
  if (binary > 0) {
    const nanos = mantissa * NANO * 1024n ** BigInt(binary)
    return { nanos: divideUp(nanos, 10n ** BigInt(fractionDigits)), format: 'BinarySI' }
  }
  const isExponent = /^[eE][+-]?\d/.test(suffix)
  const power = isExponent ? Number(suffix.slice(1)) : DECIMAL_POWERS[suffix]
  assert(power !== undefined, 'the pattern admits known suffixes only')
  const exponent = power + 9 - fractionDigits
  const nanos =
    exponent >= 0
      ? mantissa * 10n ** BigInt(exponent)
      : divideUp(mantissa, 10n ** BigInt(-exponent))
  return { nanos, format: isExponent ? 'DecimalExponent' : 'DecimalSI' }
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by
}

/**
 * The canonical text: no fraction, the largest suffix that keeps it exact. Binary quantities below
 * 1024, and such as are not whole, are written in decimal (as upstream does).
 */
export function formatQuantity(quantity: Quantity): string {
  const { nanos } = quantity
  if (nanos === 0n) return '0'
  const isWhole = nanos % NANO === 0n
  const magnitude = nanos < 0n ? -nanos : nanos
  if (quantity.format === 'BinarySI' && isWhole && magnitude >= 1024n * NANO) {
    return withBinarySuffix(nanos / NANO)
  }
  let mantissa = nanos
  let power = -9
  while (mantissa % 1000n === 0n && power < 18) {
    mantissa /= 1000n
    power += 3
  }
  if (quantity.format === 'DecimalExponent')
    return power === 0 ? `${mantissa}` : `${mantissa}e${power}`
  const suffix = Object.keys(DECIMAL_POWERS).find((key) => DECIMAL_POWERS[key] === power)
  return `${mantissa}${suffix ?? ''}`
}

function withBinarySuffix(value: bigint): string {
  let mantissa = value
  let index = 0
  while (mantissa % 1024n === 0n && index < BINARY_SUFFIXES.length - 1) {
    mantissa /= 1024n
    index++
  }
  return `${mantissa}${BINARY_SUFFIXES[index]}`
}

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
}

export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format }
}

/** Whole units, rounded up: bytes, counts. 0 for an absent or malformed quantity. */
export function quantityValue(text: string | number | undefined): number {
  const quantity = text === undefined ? undefined : parseQuantity(text)
  return quantity ? Number(roundUp(quantity.nanos, NANO)) : 0
}

/** Thousandths, rounded up: milli-CPUs. 0 for an absent or malformed quantity. */
export function quantityMilliValue(text: string | number | undefined): number {
  const quantity = text === undefined ? undefined : parseQuantity(text)
  return quantity ? Number(roundUp(quantity.nanos, 1_000_000n)) : 0
}

function roundUp(nanos: bigint, unit: bigint): bigint {
  return nanos >= 0n ? divideUp(nanos, unit) : nanos / unit
}
