import assert from 'node:assert/strict'
import { type HttpHandler, silentLog } from '../../../src/base/index.ts'
import {
  events,
  findCondition,
  isPodActive,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../../../src/api/index.ts'
import { createClient, createInformers } from '../../../src/client/index.ts'
import { startControllers } from '../../../src/master/controllers/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'
import { failure, json, streamed, until } from '../client/fakes.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const labels = { app: 'web' }

function replicaSet(replicas: number, more: object = {}): ReplicaSet {
  return {
    metadata: { name: 'web', namespace: 'default', ...more },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    },
    status: { replicas: 0 },
  }
}

describe('replica set, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start()
  })
  afterEach(() => cluster.stop())

  const at = { name: 'web', namespace: 'default' }
  const active = async () => {
    const { items } = await cluster.client.for(pods).list({ namespace: 'default' })
    return items.filter((pod) => isPodActive(pod) && pod.metadata.labels?.['app'] === 'web')
  }
  const pod = (name: string, podLabels: Record<string, string>): Pod => ({
    metadata: { name, namespace: 'default', labels: podLabels },
    spec: { containers: [{ name: 'c', image: 'x' }] },
    status: {},
  })
  const settled = (count: number) =>
    eventually(`${count} are ready`, async () => {
      const { status } = await cluster.client.for(replicaSets).get(at)
      return status.readyReplicas === count && (await active()).length === count
    })

  it('replaces pods that are deleted or fail', async () => {
    await cluster.client.for(replicaSets).create(replicaSet(3))
    await settled(3)
    const [first, second] = await active()
    assert(first && second)
    await cluster.client.for(pods).delete(first.metadata)
    const status = { ...second.status, phase: 'Failed' }
    const fresh = await cluster.client.for(pods).get(second.metadata)
    await cluster.client.for(pods).updateStatus({ ...fresh, status })
    await settled(3)
    const names = (await active()).map((each) => each.metadata.name)
    assert(!names.includes(first.metadata.name) && !names.includes(second.metadata.name))
  })

  it('adopts pods that match, and releases those that no longer do', async () => {
    await cluster.client.for(pods).create(pod('mine', labels))
    await cluster.client.for(replicaSets).create(replicaSet(2))
    await settled(2)
    const mine = await cluster.client.for(pods).get({ name: 'mine', namespace: 'default' })
    assert.equal(mine.metadata.ownerReferences?.[0]?.name, 'web')
    assert.equal(mine.metadata.ownerReferences?.[0]?.controller, true)
    const body = { metadata: { labels: { app: 'debug' } } }
    await cluster.client.for(pods).patch(mine.metadata, { type: 'merge', body })
    await settled(2)
    const released = await cluster.client.for(pods).get({ name: 'mine', namespace: 'default' })
    assert.equal(released.metadata.ownerReferences, undefined)
  })

  it('creates many at once, but never one too many', async () => {
    let most = 0
    const informer = cluster.informers.for(pods)
    informer.addHandler(() => {
      most = Math.max(most, [...informer.inNamespace('default')].filter(isPodActive).length)
    })
    await cluster.client.for(replicaSets).create(replicaSet(60))
    await settled(60)
    const merge = { type: 'merge', body: { spec: { replicas: 7 } } } as const
    await cluster.client.for(replicaSets).patch(at, merge)
    await settled(7)
    assert.equal(most, 60)
    const created = cluster.writes.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('pods'),
    )
    assert.equal(created.length, 60)
    const deleted = cluster.writes.filter(
      ({ method, path }) => method === 'DELETE' && /pods/.test(path),
    )
    assert.equal(deleted.length, 53)
  })

  it('counts a pod as available only after minReadySeconds', async () => {
    const set = replicaSet(1)
    set.spec.minReadySeconds = 2
    await cluster.client.for(replicaSets).create(set)
    await settled(1)
    const { status } = await cluster.client.for(replicaSets).get(at)
    assert.equal(status.availableReplicas, undefined)
    await eventually('it is available', async () => {
      const now = await cluster.client.for(replicaSets).get(at)
      return now.status.availableReplicas === 1
    })
  })

  it('says why it cannot create', async () => {
    const set = replicaSet(2)
    const template = set.spec.template ?? assert.fail('no template')
    // A service account that is not there: admission refuses each pod.
    template.spec = { containers: [{ name: 'c', image: 'x' }], serviceAccountName: 'missing' }
    await cluster.client.for(replicaSets).create(set)
    await eventually('the condition is there', async () => {
      const { conditions } = (await cluster.client.for(replicaSets).get(at)).status
      return findCondition(conditions, 'ReplicaFailure')?.reason === 'FailedCreate'
    })
    await eventually('the event is there', async () => {
      const list = await cluster.client.for(events).list({ namespace: 'default' })
      return list.items.some(
        ({ reason, type, message }) =>
          reason === 'FailedCreate' &&
          type === 'Warning' &&
          message?.startsWith('Error creating: '),
      )
    })
    assert.equal(await isGone(cluster.client.for(replicaSets).get(at)), false)
  })
})

describe('replica set, with a cache that lags', () => {
  it('creates no pods beyond those that it has created already', async () => {
    let created = 0
    let wakeSets = (_frame: string) => {}
    const stored = {
      ...replicaSet(3, { uid: 'u', resourceVersion: '1', generation: 1 }),
      status: { replicas: 0, observedGeneration: 1 },
    }
    // Pods are created, but the watch of pods never shows one.
    const handler: HttpHandler = async (request) => {
      const url = new URL(request.url, 'http://x')
      if (request.method === 'POST' && url.pathname.endsWith('/pods')) {
        created++
        return json(201, { metadata: { name: `web-${created}`, namespace: 'default' } })
      }
      if (request.method !== 'GET') return failure(403, 'Forbidden', 'not here')
      const isSets = url.pathname.includes('replicasets')
      if (url.searchParams.get('watch') === null) {
        const items = isSets ? [stored] : []
        return json(200, { metadata: { resourceVersion: '1' }, items })
      }
      return streamed(
        (async function* () {
          for (;;) {
            yield await new Promise<string>((resolve) => {
              if (isSets) wakeSets = resolve
              request.signal.addEventListener('abort', () => resolve(''))
            })
            if (request.signal.aborted) return
          }
        })(),
      )
    }
    const common = { clock: systemClock, random: systemRandom(), log: silentLog }
    const client = createClient({ transport: handler, ...common })
    const informers = createInformers({ client, ...common })
    const stop = new AbortController()
    const running = informers.run({ signal: stop.signal })
    const started = startControllers(
      { client, informers, resources: [], only: ['replicaset-controller'], ...common },
      { signal: stop.signal },
    )
    await until('three are created', () => created === 3)
    for (let version = 2; version < 6; version++) {
      const metadata = { ...stored.metadata, resourceVersion: String(version) }
      wakeSets(`${JSON.stringify({ type: 'MODIFIED', object: { ...stored, metadata } })}\n`)
      await until('it was seen', () => started.metrics()[0]?.queueLength === 0)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.equal(created, 3)
    assert((started.metrics()[0]?.reconciles ?? 0) >= 4, 'it was looked at again')
    stop.abort()
    await Promise.all([running, started.ended])
  })
})
