import { formatQuantity, parseQuantity } from '../quantity/index.ts'

const NANOS_PER_MILLI = 1_000_000n

/** Amounts finer than a thousandth are rounded up to one (`SetDefaults_ResourceList`). */
export function roundToMilli(amounts: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    if (!/[.nue]/i.test(amount)) continue
    const { nanos, format } = parseQuantity(amount)
    const rest = nanos % NANOS_PER_MILLI
    if (amounts === undefined || rest === 0n) continue
    const up = rest > 0n ? NANOS_PER_MILLI - rest : -rest
    amounts[name] = formatQuantity({ nanos: nanos + up, format })
  }
}
