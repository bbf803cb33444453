import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connect, readKubeconfig } from '../../src/cmd/parts/kubeconfig.ts'
import { eventually, TestCluster } from '../../test/support/navarch.ts'
import { median } from '../support/stats.ts'
import { note } from './figures.ts'
import { ask } from './under-test.ts'

const STARTS = 3
const RETRY_MS = 5
const SETTLE_MS = 20_000
const PATIENCE_MS = 1_800_000
/** As many as a node takes, with some to spare. */
const PODS_PER_NODE = 100
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

/** A master without any data, from its process's start to the answer to a first write. */
export async function start(): Promise<void> {
  const cluster = await TestCluster.up('--masters', '1', '--nodes', '0')
  try {
    // It has run before: what was compiled then is kept.
    await pause(SETTLE_MS / 4)
    await cluster.expect('kill', 'master-1')
    const tookS: number[] = []
    for (let turn = 0; turn < STARTS; turn++) {
      rmSync(join(cluster.dataDir, 'data', 'master-1'), { recursive: true, force: true })
      tookS.push(await startOnce(cluster))
    }
    const recorded = { low: 3.9, high: 5.7, target: '≤ 0.8 s' }
    note({ name: 'start to first write answered', value: median(tookS), unit: 's', recorded })
  } finally {
    await cluster.destroy()
  }
}

async function startOnce(cluster: TestCluster): Promise<number> {
  const connection = connect(readKubeconfig(cluster.kubeconfig))
  const { transport } = connection
  const startMs = performance.now()
  const args = ['dist/master.js', '--data-dir', cluster.dataDir, '--name', 'master-1']
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    const body = { metadata: { name: 'first' } }
    const write = () => ask(transport, { method: 'POST', url: CONFIG_MAPS, body }).then(yes, no)
    while (!(await write())) await pause(RETRY_MS)
    return (performance.now() - startMs) / 1000
  } finally {
    child.kill('SIGKILL')
    await ended
    await connection.close()
  }
}

const yes = () => true
const no = () => false
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A master with everything in it and nothing to do. */
export async function memoryIdle(): Promise<void> {
  const cluster = await TestCluster.up('--masters', '1', '--nodes', '0')
  try {
    await pause(SETTLE_MS)
    const recorded = { low: 495, target: '≤ 150 MB' }
    const value = await residentMb(cluster)
    note({ name: 'idle memory of a whole master', value, unit: 'MB', recorded })
  } finally {
    await cluster.destroy()
  }
}

/** The same with a Deployment of many pods on hollow nodes, all available. */
export async function memoryWithPods(count: number): Promise<void> {
  const nodes = Math.ceil(count / PODS_PER_NODE)
  const cluster = await TestCluster.up(
    '--masters',
    '1',
    '--nodes',
    '0',
    '--hollow-nodes',
    `${nodes}`,
  )
  const connection = connect(readKubeconfig(cluster.kubeconfig))
  const { transport } = connection
  try {
    const url = '/apis/apps/v1/namespaces/default/deployments'
    const labels = { app: 'big' }
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: 'main', image: 'navarch/web:1' }] },
    }
    const spec = { replicas: count, selector: { matchLabels: labels }, template }
    await ask(transport, { method: 'POST', url, body: { metadata: { name: 'big' }, spec } })
    const available = async () => {
      const answer = await ask(transport, { method: 'GET', url: `${url}/big` })
      const { status } = JSON.parse(Buffer.from(answer).toString())
      return status.availableReplicas === count
    }
    await eventually('all pods are available', available, PATIENCE_MS)
    await pause(SETTLE_MS)
    const name = `memory of a whole master with ${count} pods`
    note({ name, value: await residentMb(cluster), unit: 'MB', recorded: {} })
  } finally {
    await connection.close()
    await cluster.destroy()
  }
}

async function residentMb(cluster: TestCluster): Promise<number> {
  const { masters } = await cluster.status()
  const status = readFileSync(`/proc/${masters[0]?.pid}/status`, 'utf8')
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6
}
