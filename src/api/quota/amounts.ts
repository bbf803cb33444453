import type { Amounts } from '../helpers/index.ts'
import {
  canonicalQuantity,
  compareQuantities,
  isZeroQuantity,
  subtractQuantities,
} from '../quantity/index.ts'

/** Those of the amounts that are named. */
export function maskAmounts(amounts: Amounts, names: readonly string[]): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => names.includes(name)))
}

export function withoutZeros(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => !isZeroQuantity(amount)))
}

/** What there is more of in `a`; what is missing counts as nothing. */
export function subtractAmounts(a: Amounts, b: Amounts): Amounts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.fromEntries(
    names.map((name) => [name, subtractQuantities(a[name] ?? '0', b[name] ?? '0')]),
  )
}

/** Names of which there is more than `bounds` allow. */
export function exceededNames(amounts: Amounts, bounds: Amounts): string[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const bound = bounds[name]
    return bound !== undefined && compareQuantities(amount, bound) > 0 ? [name] : []
  })
}

/** `cpu=1,pods=2`. */
export function amountsText(amounts: Amounts): string {
  const sorted = Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([name, amount]) => `${name}=${canonicalQuantity(amount)}`).join(',')
}
