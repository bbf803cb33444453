import assert from 'node:assert/strict'
import {
  events as eventResource,
  type Node,
  nodes,
  type Pod,
  pods,
} from '../../../src/api/index.ts'
import { hasReason, silentLog } from '../../../src/base/index.ts'
import {
  type Client,
  createClient,
  createInformers,
  QueuedEventRecorder,
} from '../../../src/client/index.ts'
import { type Extender, Scheduler } from '../../../src/master/scheduler/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'
import { eventually } from '../../support/navarch.ts'
import { Harness } from '../apiserver/harness.ts'

/** Sends pods with the label `picky` to the node of that name. */
const picky: Extender = {
  name: 'picky',
  ignorable: false,
  ignoredResources: [],
  isInterested: ({ metadata }) => metadata.labels?.['picky'] !== undefined,
  filter: ({ metadata }, all) => {
    const names = all.map((each) => each.metadata.name)
    const [fits, others] = [metadata.labels?.['picky'] ?? '', new Map<string, string>()]
    for (const name of names) if (name !== fits) others.set(name, 'not to my taste')
    const known = new Set(names.filter((name) => name === fits))
    return Promise.resolve({ fits: known, failed: others, unresolvable: new Map() })
  },
}

const ADMIN = { commonName: 'scheduler', organizations: ['system:masters'] }

/** The scheduler with a whole API server, in one process. */
describe('the scheduler', () => {
  let harness: Harness
  let client: Client
  let stopped: Promise<unknown>
  const controller = new AbortController()

  before(async () => {
    harness = await Harness.start()
    const { handler } = harness.server
    const common = { clock: systemClock, random: systemRandom(), log: silentLog }
    client = createClient({
      ...common,
      transport: (request) => handler({ ...request, identity: ADMIN }),
    })
    for (const [path, name] of [
      ['/api/v1/namespaces', 'default'],
      ['/api/v1/namespaces/default/serviceaccounts', 'default'],
    ] as const) {
      const body = { metadata: { name } }
      await client.request({ method: 'POST', path, body }).catch((error: unknown) => {
        if (!hasReason(error, 'AlreadyExists')) throw error
      })
    }
    const informers = createInformers({ ...common, client })
    const events = new QueuedEventRecorder({
      ...common,
      client,
      component: 'default-scheduler',
      events: eventResource,
    })
    const scheduler = new Scheduler({ ...common, client, informers, events, extenders: [picky] })
    const { signal } = controller
    stopped = Promise.allSettled([
      scheduler.run({ signal }),
      informers.run({ signal }),
      events.run({ signal }),
    ])
  })
  after(async () => {
    controller.abort()
    await stopped
    await harness.stop()
  })

  const node = (name: string, cpu: string): Node => ({
    metadata: { name },
    spec: {},
    status: { allocatable: { cpu, memory: '4Gi', pods: '10' } },
  })
  const pod = (name: string, cpu: string): Pod => ({
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }] },
    status: {},
  })
  const nodeOf = async (name: string) =>
    (await client.for(pods).get({ name, namespace: 'default' })).spec.nodeName

  async function addNode(name: string, cpu: string): Promise<void> {
    await client.for(nodes).create(node(name, cpu))
    // A new node is tainted until the node lifecycle controller finds it ready: that is done here.
    const untainted = { type: 'merge', body: { spec: { taints: null } } } as const
    const created = await client.for(nodes).patch({ name }, untainted)
    await client.for(nodes).updateStatus({ ...created, status: node(name, cpu).status })
  }

  it('says why a pod waits, and binds it when a node comes that fits', async () => {
    await client.for(pods).create(pod('first', '2'))
    const waiting = await eventually('the reason', async () => {
      const now = await client.for(pods).get({ name: 'first', namespace: 'default' })
      return now.status.conditions?.find((condition) => condition.type === 'PodScheduled')
    })
    assert.equal(waiting.status, 'False')
    assert.equal(waiting.reason, 'Unschedulable')
    assert.equal(waiting.message, 'no nodes available to schedule pods')
    await addNode('small', '1')
    await addNode('large', '4')
    await eventually('the binding', async () => (await nodeOf('first')) === 'large')
    const bound = await client.for(pods).get({ name: 'first', namespace: 'default' })
    const condition = bound.status.conditions?.find((c) => c.type === 'PodScheduled')
    assert.equal(condition?.status, 'True')
  })

  it('never gives away more than a node has', async () => {
    const names = Array.from({ length: 6 }, (_, i) => `many-${i}`)
    await Promise.all(names.map((name) => client.for(pods).create(pod(name, '900m'))))
    // 1 CPU on small, 2 left on large: three of the six fit.
    const placed = await eventually('three are bound', async () => {
      const where = await Promise.all(names.map(nodeOf))
      return where.filter(Boolean).length === 3 && where
    })
    assert.equal(placed.filter((where) => where === 'large').length, 2)
    assert.equal(placed.filter((where) => where === 'small').length, 1)
  })

  it('gives the room of a deleted pod to one that waits', async () => {
    await client
      .for(pods)
      .delete({ name: 'first', namespace: 'default' }, { gracePeriodSeconds: 0 })
    await eventually('two more are bound', async () => {
      const where = await Promise.all(Array.from({ length: 6 }, (_, i) => nodeOf(`many-${i}`)))
      return where.filter(Boolean).length === 5
    })
  })

  it('lets extenders choose, and says why they leave none', async () => {
    const labelled = (name: string, picky: string): Pod => ({
      ...pod(name, '1m'),
      metadata: { name, namespace: 'default', labels: { picky } },
    })
    await client.for(pods).create(labelled('choosy', 'small'))
    await eventually('the binding', async () => (await nodeOf('choosy')) === 'small')
    await client.for(pods).create(labelled('choosier', 'elsewhere'))
    const waiting = await eventually('the reason', async () => {
      const now = await client.for(pods).get({ name: 'choosier', namespace: 'default' })
      return now.status.conditions?.find((condition) => condition.type === 'PodScheduled')
    })
    assert.match(
      waiting.message ?? '',
      /^0\/2 nodes are available: 2 not to my taste\. preemption:/,
    )
    await client.for(pods).delete({ name: 'choosier', namespace: 'default' })
  })

  it('leaves pods of other schedulers alone', async () => {
    const other = pod('other', '1m')
    await client.for(pods).create({ ...other, spec: { ...other.spec, schedulerName: 'mine' } })
    await client.for(pods).create(pod('ours', '1m'))
    await eventually('ours is bound', () => nodeOf('ours'))
    assert.equal(await nodeOf('other'), undefined)
  })

  it('makes room for a pod of higher priority, and says so', async () => {
    await addNode('crowded', '2')
    const at = { namespace: 'default' }
    const selected = (name: string, priorityClassName = ''): Pod => {
      const made = pod(name, '1500m')
      const nodeSelector = { 'kubernetes.io/hostname': 'crowded' }
      return {
        ...made,
        spec: { ...made.spec, ...(priorityClassName && { priorityClassName }), nodeSelector },
      }
    }
    const labels = { 'kubernetes.io/hostname': 'crowded' }
    await client
      .for(nodes)
      .patch({ name: 'crowded' }, { type: 'merge', body: { metadata: { labels } } })
    await client.for(pods).create(selected('lesser'))
    await eventually('the lesser is bound', () => nodeOf('lesser'))
    const { metadata } = await client
      .for(pods)
      .create(selected('greater', 'system-cluster-critical'))
    const lesser = await eventually('the lesser is going', async () => {
      const now = await client.for(pods).get({ name: 'lesser', ...at })
      return now.metadata.deletionTimestamp !== undefined && now
    })
    const target = lesser.status.conditions?.find(({ type }) => type === 'DisruptionTarget')
    assert.equal(target?.status, 'True')
    assert.equal(target?.reason, 'PreemptionByScheduler')
    assert.equal(
      target?.message,
      'default-scheduler: preempting to accommodate a higher priority pod',
    )
    await eventually('the nomination', async () => {
      const now = await client.for(pods).get({ name: 'greater', ...at })
      return now.status.nominatedNodeName === 'crowded'
    })
    await eventually('the event', async () => {
      const { items } = await client.for(eventResource).list(at)
      const told = items.find(({ reason }) => reason === 'Preempted')
      return told?.message === `Preempted by pod ${metadata.uid} on node crowded`
    })
    assert.equal(await nodeOf('greater'), undefined)
    // Its agent has ended it.
    await client.for(pods).delete({ name: 'lesser', ...at }, { gracePeriodSeconds: 0 })
    await eventually('the greater is bound', async () => (await nodeOf('greater')) === 'crowded')
  })
})
