import { readKubeconfig, connect } from '../src/cmd/parts/kubeconfig.ts'
import {
  configMaps,
  deployments,
  namespaces,
  nodes,
  type Pod,
  pods,
  type Stored,
} from '../src/api/index.ts'
import { hasReason, silentLog } from '../src/base/index.ts'
import { type Client, createClient } from '../src/client/index.ts'
import { systemClock, systemRandom } from '../src/platform/index.ts'
import { eventually, TestCluster } from '../test/support/navarch.ts'
import { quantile } from './support/stats.ts'

/**
 * `bench/cluster.ts`: a whole cluster of three masters and hollow nodes at work. `NODES=1000` and
 * `PODS=3000` set its size; `-o json` prints the figures as JSON.
 */
const NODES = Number(process.env.NODES ?? 1000)
const PODS = Number(process.env.PODS ?? 3000)
const OBJECTS = 10_000
const DRAINED = Math.floor(NODES / 10)
const CHURN_PER_SECOND = 100
const CHURN_SECONDS = 20
const PATIENCE_MS = 600_000
const AT_ONCE = 64

const figures: { name: string; value: number; unit: string }[] = []
const asJson = process.argv.includes('json')

function note(name: string, value: number, unit: string): void {
  figures.push({ name, value, unit })
  console.error(`${name}: ${value.toFixed(1)} ${unit}`)
}

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const startMs = performance.now()
  await work()
  note(name, (performance.now() - startMs) / 1000, 's')
}

/** Runs `act` for 0 to `count`, some at once. */
async function each(count: number, act: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const some = async () => {
    for (let i = next++; i < count; i = next++) await act(i)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
}

const startedMs = performance.now()
const cluster = await TestCluster.up('--nodes', '0', '--hollow-nodes', String(NODES))
note(`start with ${NODES} hollow nodes`, (performance.now() - startedMs) / 1000, 's')
const connection = connect(readKubeconfig(cluster.kubeconfig))
try {
  const parts = { clock: systemClock, random: systemRandom(), log: silentLog }
  const client = createClient({ transport: connection.transport, ...parts, userAgent: 'bench' })
  await rollOut(client)
  await drain(client)
  await fillAndDelete(client)
  await churn(client)
} finally {
  await connection.close()
  await cluster.destroy()
}
if (asJson) console.log(JSON.stringify(figures, null, 2))
else
  for (const { name, value, unit } of figures)
    console.log(`${name.padEnd(56)}${value.toFixed(2)} ${unit}`)

function deployment(image: string, replicas = PODS) {
  const labels = { app: 'big' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } }
  return {
    metadata: { name: 'big', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template },
    status: {},
  }
}

/** All pods are of the newest kind and available. */
async function rolledOut(client: Client): Promise<void> {
  await eventually(
    'the Deployment is rolled out',
    async () => {
      const { status, metadata } = await client
        .for(deployments)
        .get({ namespace: 'default', name: 'big' })
      const { updatedReplicas, availableReplicas, replicas, observedGeneration } = status ?? {}
      return (
        observedGeneration === metadata.generation &&
        [updatedReplicas, availableReplicas, replicas].every((count) => count === PODS)
      )
    },
    PATIENCE_MS,
  )
}

async function rollOut(client: Client): Promise<void> {
  await timed(`Deployment of ${PODS} pods, apply to all available`, async () => {
    await client.for(deployments).create(deployment('navarch/web:1'))
    await rolledOut(client)
  })
  await timed('rolling update of it', async () => {
    const at = { namespace: 'default', name: 'big' }
    const { template } = deployment('navarch/web:2').spec
    await client.for(deployments).patch(at, { type: 'strategic', body: { spec: { template } } })
    await rolledOut(client)
  })
}

async function drain(client: Client): Promise<void> {
  await timed(`drain of ${DRAINED} nodes, until all pods are available again`, async () => {
    const drained = new Set(Array.from({ length: DRAINED }, (_, i) => `hollow-${i + 1}`))
    await each(DRAINED, (i) => {
      const body = { spec: { unschedulable: true } }
      return client.for(nodes).patch({ name: `hollow-${i + 1}` }, { type: 'merge', body })
    })
    const { items } = await client.for(pods).list({ namespace: 'default' })
    const victims = items.filter(({ spec }) => drained.has(spec.nodeName ?? ''))
    await each(victims.length, async (i) => {
      const { name, namespace } = (victims[i] as Stored<Pod>).metadata
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
      await client
        .for(pods)
        .subresource({ name, namespace }, { name: 'eviction', method: 'POST', body })
    })
    await eventually(
      'nothing is left on the drained nodes',
      async () => {
        const { items: left } = await client.for(pods).list({ namespace: 'default' })
        return !left.some(({ spec }) => drained.has(spec.nodeName ?? ''))
      },
      PATIENCE_MS,
    )
    await rolledOut(client)
  })
}

async function fillAndDelete(client: Client): Promise<void> {
  await client.for(namespaces).create({ metadata: { name: 'full' }, spec: {}, status: {} })
  await timed(`${OBJECTS} ConfigMaps created, ${AT_ONCE} at once`, () =>
    each(OBJECTS, (i) =>
      client.for(configMaps).create({
        metadata: { name: `c-${i}`, namespace: 'full' },
        data: { key: 'x'.repeat(200) },
      }),
    ),
  )
  await timed('their namespace deleted', async () => {
    await client.for(namespaces).delete({ name: 'full' })
    await eventually(
      'the namespace is gone',
      () =>
        client
          .for(namespaces)
          .get({ name: 'full' })
          .then(
            () => false,
            (error: unknown) => hasReason(error, 'NotFound'),
          ),
      PATIENCE_MS,
    )
  })
}

/** How long pods take from their creation to Ready while others come all the time. */
async function churn(client: Client): Promise<void> {
  const total = CHURN_PER_SECOND * CHURN_SECONDS
  const begun = new Map<string, number>()
  const tookMs: number[] = []
  const watching = new AbortController()
  const watched = (async () => {
    const stream = client.for(pods).watch({ labelSelector: 'churn=yes', signal: watching.signal })
    for await (const event of stream) {
      if (event.type === 'BOOKMARK') continue
      const { metadata, status } = event.object
      const startMs = begun.get(metadata.name)
      const isReady = status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
      if (startMs === undefined || !isReady) continue
      tookMs.push(performance.now() - startMs)
      begun.delete(metadata.name)
    }
  })().catch((error: unknown) => {
    if (!watching.signal.aborted) throw error
  })
  const creations: Promise<unknown>[] = []
  for (let i = 0; i < total; i++) {
    const name = `churn-${i}`
    const metadata = { name, namespace: 'default', labels: { churn: 'yes' } }
    const spec = { containers: [{ name: 'main', image: 'navarch/web' }] }
    begun.set(name, performance.now())
    creations.push(client.for(pods).create({ metadata, spec, status: {} }))
    if (i % 10 === 9) await new Promise((done) => setTimeout(done, 10_000 / CHURN_PER_SECOND))
  }
  await Promise.all(creations)
  await eventually('all pods are ready', () => tookMs.length === total, PATIENCE_MS)
  watching.abort()
  await watched
  const what = `pod start at ${CHURN_PER_SECOND} pods/s, created to Ready`
  note(`${what}, median`, quantile(tookMs, 0.5), 'ms')
  note(`${what}, p99`, quantile(tookMs, 0.99), 'ms')
}
