import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** Several clusters on one machine, and what happens when their folders are hurt. */
describe('clusters side by side', function () {
  this.timeout(180_000)
  const clusters: TestCluster[] = []
  let program: string

  before(function () {
    program = findKubectls().at(-1) ?? skipWithout(this, 'kubectl is not installed')
  })
  after(async () => {
    for (const cluster of clusters) await cluster.destroy()
  })

  it('do not see each other', async () => {
    for (let i = 0; i < 2; i++)
      clusters.push(await TestCluster.up('--masters', '1', '--nodes', '1'))
    const [first, second] = clusters.map((cluster) => new Kubectl(program, cluster))
    assert.ok(first && second)
    await first.do('create configmap mine --from-literal=k=v')
    const other = await second.try('get configmap mine')
    assert.match(other.stderr, /not found/)
    for (const kubectl of [first, second]) {
      await kubectl.do('create deployment d --image=navarch/web')
      await kubectl.do('rollout status deployment/d --timeout=60s')
    }
    const ips = await Promise.all(
      [first, second].map((kubectl) => kubectl.do('get pods -o jsonpath={.items[0].status.podIP}')),
    )
    assert.notEqual(ips[0], ips[1])
  })

  it('refuse the kubeconfig of another', async () => {
    const [first, second] = clusters
    assert.ok(first && second)
    const server = (await second.status()).masters[0]?.api.endpoint ?? ''
    const outcome = await run(program, [
      '--kubeconfig',
      first.kubeconfig,
      '--server',
      server,
      'get',
      'pods',
    ])
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, /certificate signed by unknown authority/)
  })

  it('keep addresses and objects over down and up', async () => {
    const [first] = clusters
    assert.ok(first)
    const kubectl = new Kubectl(program, first)
    const before = (await first.status()).masters[0]?.api.endpoint
    await first.expect('down')
    await first.expect('up')
    assert.equal((await first.status()).masters[0]?.api.endpoint, before)
    assert.equal(await kubectl.do('get configmap mine -o jsonpath={.data.k}'), 'v')
    await kubectl.do('rollout status deployment/d --timeout=60s')
  })

  it('stop at a damaged log with the file, the place and a remedy', async () => {
    const [, second] = clusters
    assert.ok(second)
    // A few megabytes of log, so that damage in the middle is not a torn tail.
    const kubectl = new Kubectl(program, second)
    for (let i = 0; i < 20; i++) {
      await kubectl.do(`create configmap filler-${i} --from-literal=k=${'x'.repeat(1000)}`)
    }
    await second.expect('down')
    const segment = findSegment(second.dataDir)
    const file = openSync(segment, 'r+')
    writeSync(file, Buffer.alloc(64, 0xff), 0, 64, 8192)
    closeSync(file)
    const outcome = await second.navarch('up')
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, /\.wal|wal/)
    assert.match(outcome.stderr, /offset|byte/)
    assert.doesNotMatch(outcome.stderr, /\n\s+at .*:\d+:\d+/)
  })

  it('may have the store and the API alone', async () => {
    const cluster = await TestCluster.up('--api-only', '--masters', '1')
    clusters.push(cluster)
    const kubectl = new Kubectl(program, cluster)
    await kubectl.do('create deployment d --image=x')
    assert.equal(
      await kubectl.do('get service kubernetes -o jsonpath={.spec.clusterIP}'),
      '10.96.0.1',
    )
    assert.equal(await kubectl.do('get nodes,replicasets -A -o name'), '')
    assert.deepEqual((await cluster.status()).nodes, [])
    const outcome = await cluster.navarch('up', '--nodes', '1')
    assert.match(outcome.stderr, /this cluster has 0 nodes, not 1/)
  })

  it('leave no process behind', async () => {
    const [first] = clusters
    assert.ok(first)
    const { masters, nodes } = await first.status()
    const pids = [...masters, ...nodes].map((part) => part.pid)
    await first.expect('down')
    await eventually('all processes are gone', () => pids.every((pid) => !isAlive(pid)))
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The largest file of a write-ahead log below a folder. */
function findSegment(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/wal/'))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort((a, b) => statSync(b).size - statSync(a).size)
  assert.ok(files[0], 'there is a log')
  return files[0]
}
