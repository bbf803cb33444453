import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { silentLog } from '../../../src/base/index.ts'
import { SchedulerCache } from '../../../src/master/scheduler/cache/cache.ts'
import { DEFAULT_CONFIG, readSchedulerConfig } from '../../../src/master/scheduler/config/index.ts'
import { Extenders, httpExtender } from '../../../src/master/scheduler/extenders/index.ts'
import { describeDiagnosis } from '../../../src/master/scheduler/framework/framework.ts'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../../../src/master/scheduler/framework/nominations.ts'
import type { Candidate } from '../../../src/master/scheduler/framework/post-filter.ts'
import type { NodeView, PodView } from '../../../src/master/scheduler/framework/types.ts'
import { Profiles } from '../../../src/master/scheduler/profiles.ts'
import { outboundHttps, systemClock, systemRandom } from '../../../src/platform/index.ts'
import { makeNode, makePod, requesting } from './objects.ts'

const { signal } = new AbortController()

/** An extender as somebody would write one: what it is asked, and what it shall answer. */
class ExtenderServer {
  readonly asked: { path: string; body: Record<string, unknown> }[] = []
  readonly answers = new Map<string, unknown>()
  readonly #server: Server
  #port = 0

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const path = request.url ?? ''
        this.asked.push({ path, body: JSON.parse(Buffer.concat(chunks).toString()) })
        const answer = this.answers.get(path)
        response.statusCode = answer === undefined ? 500 : 200
        response.end(JSON.stringify(answer ?? 'broken'))
      })
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }

  config(more: object): ReturnType<typeof readSchedulerConfig> {
    return readSchedulerConfig({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      extenders: [{ urlPrefix: `http://127.0.0.1:${this.#port}/ext/`, weight: 1, ...more }],
    })
  }

  get port(): number {
    return this.#port
  }
}

describe('extenders of the scheduler', () => {
  const server = new ExtenderServer()
  const outbound = outboundHttps()
  before(() => server.start())
  after(async () => {
    outbound.close()
    await server.stop()
  })
  beforeEach(() => {
    server.asked.length = 0
    server.answers.clear()
  })

  function made(more: object): Extenders {
    const target = { host: '127.0.0.1', port: server.port, plain: true }
    const parts = { target, call: outbound.call, clock: systemClock }
    const all = server.config(more).extenders.map((config) => httpExtender({ config, ...parts }))
    return new Extenders(all, silentLog)
  }

  async function place(pod: PodView, nodes: readonly NodeView[], more: object): Promise<string> {
    const all = made(more)
    const nominations = new Nominations()
    const { ignoredResources } = all
    const parts = { lookups: NO_LOOKUPS, random: systemRandom(), nominations, ignoredResources }
    const { algorithm } = new Profiles(DEFAULT_CONFIG, parts).of(pod)
    const cache = new SchedulerCache()
    for (const node of nodes) cache.setNode(node)
    const extenders = all.for(pod)
    const snapshot = cache.snapshot()
    const result = extenders
      ? await algorithm.scheduleWith(extenders, { pod, snapshot }, { signal })
      : algorithm.schedule(pod, snapshot)
    return result.kind === 'fits' ? result.nodeName : describeDiagnosis(result.diagnosis)
  }

  const nodes = ['a', 'b', 'c'].map((name) => makeNode(name))

  it('turn nodes down, of those alone on which the pod fits', async () => {
    const small = makeNode('small', { allocatable: { cpu: '1' } })
    server.answers.set('/ext/filter', {
      nodes: { items: [{ metadata: { name: 'b' } }] },
      failedNodes: { a: 'too far', c: 'too far' },
    })
    const pod = makePod('p', requesting({ cpu: '2' }))
    assert.equal(await place(pod, [small, ...nodes], { filterVerb: 'filter' }), 'b')
    const { Pod, Nodes, NodeNames } = (server.asked[0]?.body ?? {}) as {
      Pod: { metadata: object }
      Nodes: { items: NodeView[] }
      NodeNames: unknown
    }
    assert.deepEqual(Pod.metadata, pod.metadata)
    assert.deepEqual(
      Nodes.items.map(({ metadata }) => metadata.name),
      ['a', 'b', 'c'],
    )
    assert.equal(NodeNames, null)
  })

  it('are sent names if they know the nodes, and say why none is good', async () => {
    server.answers.set('/ext/filter', {
      NodeNames: [],
      FailedNodes: { a: 'too far', b: 'too far' },
      FailedAndUnresolvableNodes: { c: 'on fire' },
    })
    const words = '0/3 nodes are available: 1 on fire, 2 too far.'
    const more = { filterVerb: 'filter', nodeCacheCapable: true }
    assert.equal(await place(makePod('p'), nodes, more), words)
    assert.deepEqual(server.asked[0]?.body['NodeNames'], ['a', 'b', 'c'])
  })

  it('weigh nodes, more than the plugins if they are to', async () => {
    const scores = [
      { Host: 'a', Score: 1 },
      { Host: 'b', Score: 2 },
      { Host: 'c', Score: 10 },
    ]
    server.answers.set('/ext/weigh', scores)
    const more = { prioritizeVerb: 'weigh', weight: 5 }
    assert.equal(await place(makePod('p'), nodes, more), 'c')
  })

  it('are asked about pods with their resources, which only they count', async () => {
    server.answers.set('/ext/filter', { NodeNames: ['b'] })
    const managedResources = [{ name: 'example.com/tape', ignoredByScheduler: true }]
    const more = { filterVerb: 'filter', managedResources }
    await place(makePod('plain'), nodes, more)
    assert.equal(server.asked.length, 0)
    const pod = makePod('taped', requesting({ 'example.com/tape': '1' }))
    assert.equal(await place(pod, nodes, more), 'b')
  })

  it('that fail stop the pod, unless they can be ignored', async () => {
    const more = { filterVerb: 'filter' }
    await assert.rejects(
      place(makePod('p'), nodes, more),
      /failed filter with extender at URL .*500/,
    )
    server.answers.set('/ext/filter', { NodeNames: ['stranger'] })
    await assert.rejects(place(makePod('p'), nodes, more), /which is not found in the input/)
    server.answers.set('/ext/filter', { Error: 'out of order' })
    await assert.rejects(place(makePod('p'), nodes, more), /out of order/)
    const one = [makeNode('a')]
    assert.equal(await place(makePod('p'), one, { ...more, ignorable: true }), 'a')
    assert.equal(await place(makePod('p'), one, { prioritizeVerb: 'weigh' }), 'a')
  })

  it('have their say in who must go, and bind', async () => {
    const victims = [makePod('x'), makePod('y')]
    const candidates: Candidate[] = [
      { kind: 'candidate', nodeName: 'a', victims, violations: 1 },
      { kind: 'candidate', nodeName: 'b', victims, violations: 0 },
    ]
    server.answers.set('/ext/preempt', {
      NodeNameToMetaVictims: { a: { Pods: [{ UID: 'uid-y' }], NumPDBViolations: 0 } },
    })
    const left = await made({ preemptVerb: 'preempt' }).preempt(makePod('p'), candidates, {
      signal,
    })
    assert.deepEqual(
      left.map((each) => [each.nodeName, each.victims.length, each.violations]),
      [['a', 1, 0]],
    )
    server.answers.set('/ext/bind', {})
    const binder = made({ bindVerb: 'bind' })
    assert.equal(await binder.bind(makePod('p'), 'a', { signal }), true)
    assert.deepEqual(server.asked.at(-1)?.body, {
      PodName: 'p',
      PodNamespace: 'default',
      PodUID: 'uid-p',
      Node: 'a',
    })
    assert.equal(await made({ filterVerb: 'f' }).bind(makePod('p'), 'a', { signal }), false)
  })
})
