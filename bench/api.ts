import { memoryIdle, memoryWithPods, start } from './api/machine.ts'
import { lists } from './api/lists.ts'
import { reads, writes } from './api/requests.ts'
import { ApiUnderTest } from './api/under-test.ts'
import { watchers } from './api/watchers.ts'
import { figures, type Recorded } from './api/figures.ts'

/**
 * `bench/api.ts [PART…]`: the API over TLS, one master and three (`get`, `post`, `list`, `watch`),
 * and a master as a process (`start`, `memory`; `PODS=30000` for memory with so many pods, which
 * takes minutes). Beside each figure stands what a kube-apiserver 1.32.13 with etcd did on such a
 * machine of two cores. `-o json` prints the figures as JSON.
 */
const PARTS = ['get', 'post', 'list', 'watch', 'start', 'memory'] as const
const args = process.argv.slice(2)
const asked = PARTS.filter((part) => args.includes(part))
const isOn = (part: (typeof PARTS)[number]) => asked.length === 0 || asked.includes(part)

for (const masters of [1, 3]) {
  if (!(['get', 'post', 'list', 'watch'] as const).some(isOn)) break
  const api = await ApiUnderTest.start(masters)
  try {
    if (isOn('get')) await reads(api)
    if (isOn('post')) await writes(api)
    if (isOn('watch')) await watchers(api)
    if (isOn('list')) await lists(api)
  } finally {
    await api.stop()
  }
}
if (isOn('start')) await start()
if (isOn('memory')) await memoryIdle()
const { PODS } = process.env
if (isOn('memory') && PODS) await memoryWithPods(Number(PODS))

if (args.includes('json')) console.log(JSON.stringify(figures, null, 2))
else printTable()

function printTable(): void {
  const line = (cells: readonly string[]) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(48) : cell.padStart(14))).join(''))
  line(['', 'navarch', 'recorded', 'ratio', 'target'])
  for (const { name, value, unit, recorded } of figures) {
    line([name, `${show(value)} ${unit}`, ...besides(value, recorded)])
  }
}

function besides(value: number, recorded: Recorded): string[] {
  const { low, high = low, target = '' } = recorded
  if (low === undefined || high === undefined) return ['–', '', target]
  const span = low === high ? show(low) : `${show(low)}–${show(high)}`
  return [span, `${(value / ((low + high) / 2)).toFixed(2)}×`, target]
}

function show(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)
}
