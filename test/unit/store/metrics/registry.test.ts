import assert from 'node:assert/strict'
import { exponentialBounds, Registry } from '../../../../src/store/metrics/index.ts'

describe('metrics', () => {
  it('are told in Prometheus’ text format, sorted by name', async () => {
    const registry = new Registry()
    const calls = registry.counter('calls_total', 'Calls.', ['method', 'code'])
    calls.add(2, 'Put', 'OK')
    calls.cell('Range', 'a"b\\c\nd').value++
    registry.ask('a_gauge', 'A gauge.', () => Promise.resolve(1.5))
    registry.ask('absent', 'Not told here.', () => undefined)
    registry.info('build', 'What runs.', { version: '1' })
    const seconds = registry.histogram('seconds', 'Seconds.', exponentialBounds(0.001, 2, 3))
    for (const value of [0.0005, 0.001, 0.003, 5]) seconds.observe(value)
    assert.equal(
      await registry.expose(),
      `# HELP a_gauge A gauge.
# TYPE a_gauge gauge
a_gauge 1.5
# HELP build What runs.
# TYPE build gauge
build{version="1"} 1
# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{method="Put",code="OK"} 2
calls_total{method="Range",code="a\\"b\\\\c\\nd"} 1
# HELP seconds Seconds.
# TYPE seconds histogram
seconds_bucket{le="0.001"} 2
seconds_bucket{le="0.002"} 2
seconds_bucket{le="0.004"} 3
seconds_bucket{le="+Inf"} 4
seconds_sum 5.0045
seconds_count 4
`,
    )
  })

  it('of one name are one', async () => {
    const registry = new Registry()
    registry.ask('same', 'First.', () => 1)
    registry.ask('same', 'Second.', () => 2)
    assert.equal((await registry.expose()).match(/^same /gm)?.length, 1)
  })
})
