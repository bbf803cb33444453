import { connect, readKubeconfig } from '../src/cmd/parts/kubeconfig.ts'
import { nodes, type Pod, pods, serviceAccounts } from '../src/api/index.ts'
import { silentLog } from '../src/base/index.ts'
import { type Client, createClient, createInformers } from '../src/client/index.ts'
import { systemClock, systemRandom } from '../src/platform/index.ts'
import { type Maker, makersOf, RunningPart } from '../test/support/control-plane.ts'
import { eventually, TestCluster } from '../test/support/navarch.ts'

/**
 * `bench/whole-scheduler.ts`: a scheduler as a process of its own on our API server, one master: ours,
 * and kube-scheduler where `KUBE_SCHEDULER=path` names it, in turn. Pods a second from the first
 * binding that is missing to the last that is there, as upstream's scheduler_perf measures, and pods
 * per second of the scheduler's own CPU time; behind them how many times theirs ours is. `NODES`,
 * `BEFORE` and `PODS` set the size (default: Basic, 5000/1000/10000).
 */
const NODES = Number(process.env.NODES ?? 5000)
const BEFORE = Number(process.env.BEFORE ?? 1000)
const PODS = Number(process.env.PODS ?? 10_000)
const AT_ONCE = 64
/** Nobody is there who would take the taint of new nodes away. */
const UNTAINTED = ['--apiserver-arg', 'disable-admission-plugins=TaintNodesByCondition']
const PATIENCE_MS = 1_200_000

let first: Speed | undefined
for (const maker of makersOf('scheduler')) {
  const speed = await measure(maker)
  first ??= speed
  console.log(
    `${maker.name.padEnd(20)}${shown(speed.perSecond, first.perSecond)} pods/s` +
      `${shown(speed.perCpuSecond, first.perCpuSecond)} pods per CPU second of its own`,
  )
}

/** The figure, and how many times it ours is. */
function shown(figure: number, ours: number): string {
  return `${figure.toFixed(0).padStart(8)} (${(ours / figure).toFixed(2)}×)`
}

interface Speed {
  readonly perSecond: number
  /** On a busy machine this is the one to look at. */
  readonly perCpuSecond: number
}

async function measure(maker: Maker): Promise<Speed> {
  const cluster = await TestCluster.up('--api-only', '--masters', '1', ...UNTAINTED)
  const connection = connect(readKubeconfig(cluster.kubeconfig))
  const stop = new AbortController()
  try {
    const parts = { clock: systemClock, random: systemRandom(), log: silentLog }
    const client = createClient({ transport: connection.transport, ...parts, userAgent: 'bench' })
    // There are no controllers that would make the account which pods are to have.
    const account = { name: 'default', namespace: 'default' }
    await client.for(serviceAccounts).create({ metadata: account })
    await each(NODES, (i) => client.for(nodes).create(node(`node-${i}`)))
    const bound = countBound(client, stop.signal)
    const part = new RunningPart(maker, cluster)
    try {
      const all = async (count: number) => {
        const isDone = () => {
          part.check()
          return Promise.resolve(bound() >= count)
        }
        await eventually(`${count} pods have nodes`, isDone, PATIENCE_MS)
      }
      await each(BEFORE, (i) => client.for(pods).create(pod(`first-${i}`)))
      await all(BEFORE)
      const startMs = performance.now()
      const startCpu = part.cpuSeconds()
      await each(PODS, (i) => client.for(pods).create(pod(`pod-${i}`)))
      await all(BEFORE + PODS)
      return {
        perSecond: PODS / ((performance.now() - startMs) / 1000),
        perCpuSecond: PODS / (part.cpuSeconds() - startCpu),
      }
    } finally {
      await part.stop()
    }
  } finally {
    stop.abort()
    await connection.close()
    await cluster.destroy()
  }
}

/** How many pods have nodes by now. */
function countBound(client: Client, signal: AbortSignal): () => number {
  const parts = { clock: systemClock, random: systemRandom(), log: silentLog }
  const informers = createInformers({ client, ...parts })
  let count = 0
  informers.for(pods).addHandler(({ old, now }) => {
    if (now?.spec.nodeName !== undefined && old?.spec.nodeName === undefined) count++
  })
  informers.run({ signal }).catch(() => undefined)
  return () => count
}

/** Runs `act` for 0 to `count`, some at once. */
async function each(count: number, act: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const some = async () => {
    for (let i = next++; i < count; i = next++) await act(i)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
}

function node(name: string) {
  const amounts = { cpu: '4', memory: '32Gi', pods: '110' }
  const conditions = [{ type: 'Ready', status: 'True' }]
  const labels = { 'kubernetes.io/hostname': name }
  const status = { capacity: amounts, allocatable: amounts, conditions }
  return { metadata: { name, labels }, spec: {}, status }
}

function pod(name: string): Pod {
  const resources = { requests: { cpu: '100m', memory: '500Mi' } }
  const containers = [{ name: 'main', image: 'registry.k8s.io/pause:3.9', resources }]
  return { metadata: { name, namespace: 'default' }, spec: { containers }, status: {} }
}
