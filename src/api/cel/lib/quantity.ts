import {
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
} from '../../quantity/index.ts'
import { CelError } from '../errors.ts'
import { fn, method, type Overload, sig, walksFirst } from '../functions.ts'
import { opaque, T } from '../types.ts'
import { type CelValue, INT_MAX, INT_MIN, Opaque } from '../values.ts'

const NANO = 1_000_000_000n
const TYPE = opaque('kubernetes.Quantity')

class QuantityValue extends Opaque {
  readonly typeName = 'kubernetes.Quantity'
  readonly quantity: Quantity
  constructor(quantity: Quantity) {
    super()
    this.quantity = quantity
  }
  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && other.quantity.nanos === this.quantity.nanos
  }
  override toJson(): unknown {
    return formatQuantity(this.quantity)
  }
}

const nanosOf = (value: CelValue | undefined) => (value as QuantityValue).quantity.nanos

function read(text: CelValue | undefined): QuantityValue {
  try {
    return new QuantityValue(parseQuantity(text as string))
  } catch (error) {
    if (error instanceof QuantityError) throw new CelError(error.message)
    throw error
  }
}

function isQuantity(text: CelValue | undefined): boolean {
  try {
    read(text)
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

/** Resource quantities: `quantity("1Gi").isGreaterThan(…)`. */
export function quantities(): Overload[] {
  const two = sig([TYPE, TYPE], T.bool)
  return [
    fn('quantity', sig([T.string], TYPE), ([text]) => read(text), walksFirst),
    fn('isQuantity', sig([T.string], T.bool), ([text]) => isQuantity(text), walksFirst),
    method('isLessThan', two, ([a, b]) => nanosOf(a) < nanosOf(b)),
    method('isGreaterThan', two, ([a, b]) => nanosOf(a) > nanosOf(b)),
    method('compareTo', sig([TYPE, TYPE], T.int), ([a, b]) => {
      const [x, y] = [nanosOf(a), nanosOf(b)]
      return x < y ? -1n : x > y ? 1n : 0n
    }),
    method('sign', sig([TYPE], T.int), ([a]) => {
      const nanos = nanosOf(a)
      return nanos > 0n ? 1n : nanos < 0n ? -1n : 0n
    }),
    method('isInteger', sig([TYPE], T.bool), ([a]) => isInteger(nanosOf(a))),
    method('asInteger', sig([TYPE], T.int), ([a]) => {
      if (isInteger(nanosOf(a))) return nanosOf(a) / NANO
      throw new CelError('cannot convert value to integer')
    }),
    method('asApproximateFloat', sig([TYPE], T.double), ([a]) => Number(nanosOf(a)) / 1e9),
    ...sums(),
  ]
}

function isInteger(nanos: bigint): boolean {
  const whole = nanos / NANO
  return nanos % NANO === 0n && whole >= INT_MIN && whole <= INT_MAX
}

function sums(): Overload[] {
  const compute =
    (sign: bigint) =>
    ([a, b]: readonly CelValue[]): CelValue => {
      const { nanos, format } = (a as QuantityValue).quantity
      const more = typeof b === 'bigint' ? b * NANO : nanosOf(b)
      return new QuantityValue({ nanos: nanos + sign * more, format })
    }
  return (['add', 'sub'] as const).flatMap((name) => {
    const call = compute(name === 'add' ? 1n : -1n)
    return [
      method(name, sig([TYPE, TYPE], TYPE), call),
      method(name, sig([TYPE, T.int], TYPE), call),
    ]
  })
}
