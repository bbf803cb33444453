import assert from 'node:assert/strict'
import { type Clock, readBody, silentLog, type Usage } from '../../../src/base/index.ts'
import { NodeMeter } from '../../../src/node/kubelet/stats/index.ts'
import { HollowRuntime } from '../../../src/node/kubelet/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

const MASTER = { commonName: 'kube-apiserver', organizations: [] }

describe('NodeMeter', () => {
  let nowMs = 1_000_000
  const clock: Clock = { ...systemClock, nowMs: () => nowMs }
  const cpuSeconds = new Map([['old', 100]])
  const containers = () =>
    new Map<string, Usage>(
      [...cpuSeconds].map(([id, seconds]) => [id, { cpuSeconds: seconds, memoryBytes: 7 }]),
    )
  class MeasuredRuntime extends HollowRuntime {
    override usage(): Promise<ReadonlyMap<string, Usage>> {
      return Promise.resolve(containers())
    }
  }
  const runtime = new MeasuredRuntime(
    { version: '1', podCidr: '10.1.0.0/24', nodeIp: '10.0.0.1' },
    { clock: systemClock },
  )
  const meter = new NodeMeter({ clock, log: silentLog, runtime })
  const rateOf = async (id: string, startedAtMs: number) =>
    (await meter.measured()).container(id, startedAtMs)?.rate

  it('measures from the beginning of a container, then between samples', async () => {
    assert.deepEqual(await rateOf('old', 950_000), { cores: 2, windowMs: 50_000 })
    nowMs += 10_000
    cpuSeconds.set('old', 105).set('young', 1)
    assert.deepEqual(await rateOf('old', 950_000), { cores: 0.5, windowMs: 10_000 })
    assert.deepEqual(await rateOf('young', 1_008_000), { cores: 0.5, windowMs: 2_000 })
    assert.equal(await rateOf('other', 0), undefined)
  })

  it('a sample is good for a while', async () => {
    nowMs += 4_000
    cpuSeconds.set('old', 200)
    assert.equal((await rateOf('old', 950_000))?.cores, 0.5)
    nowMs += 1_000
    assert.deepEqual(await rateOf('old', 950_000), { cores: 19, windowMs: 5_000 })
  })

  it('usage that shrinks, or a clock that is set back, gives no rate below zero', async () => {
    nowMs += 10_000
    cpuSeconds.set('old', 150)
    assert.equal((await rateOf('old', 950_000))?.cores, 0)
    nowMs -= 900_000
    assert.equal(await rateOf('old', 950_000), undefined)
  })
})

describe('statistics of a node agent', function () {
  this.timeout(20_000)
  let fixture: Fixture
  beforeEach(async () => {
    fixture = await Fixture.start()
  })
  afterEach(() => fixture.stop())

  async function get(url: string, identity = MASTER): Promise<{ status: number; text: string }> {
    const { signal } = new AbortController()
    const request = { method: 'GET', url, headers: {}, body: undefined, signal, identity }
    const response = await fixture.kubelets.get('node-1')?.(request)
    assert.ok(response)
    const bytes = await readBody(response.body, 1 << 20, () => new Error('too long'))
    return { status: response.status, text: Buffer.from(bytes).toString() }
  }

  it('tells what the node and its containers use, to masters only', async () => {
    await fixture.node('node-1')
    await fixture.pod('busy', { command: ['sh', '-c', 'while :; do :; done'] })
    await until('the pod is measured', async () => {
      return (
        /"name":"main".*"usageNanoCores":[1-9]/.test((await get('/stats/summary')).text) ||
        undefined
      )
    })
    const { node, pods } = JSON.parse((await get('/stats/summary')).text)
    assert.equal(node.nodeName, 'node-1')
    assert.ok(node.memory.workingSetBytes > 0 && node.memory.availableBytes > 0)
    const [pod] = pods
    assert.deepEqual([pod.podRef.namespace, pod.podRef.name], ['default', 'busy'])
    const [{ cpu, memory }] = pod.containers
    assert.ok(cpu.usageCoreNanoSeconds > 0 && cpu.windowSeconds > 0)
    assert.ok(memory.workingSetBytes > 100_000)
    const { text } = await get('/metrics/resource')
    const labels = 'container="main",namespace="default",pod="busy"'
    assert.match(
      text,
      new RegExp(`^container_cpu_usage_seconds_total{${labels}} [0-9.]+ \\d+$`, 'm'),
    )
    assert.match(text, /^pod_memory_working_set_bytes{namespace="default",pod="busy"} \d+ \d+$/m)
    assert.match(text, /^# TYPE node_cpu_usage_seconds_total counter$/m)
    assert.match(text, /^resource_scrape_error 0$/m)
    for (const url of ['/stats/summary', '/metrics/resource']) {
      assert.equal((await get(url, { commonName: 'eve', organizations: [] })).status, 403)
    }
  })
})
