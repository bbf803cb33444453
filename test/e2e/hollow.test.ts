import assert from 'node:assert/strict'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** A cluster whose nodes are hollow: as large as one likes, in one process. */
describe('hollow nodes', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let kubectl: Kubectl

  before(async function () {
    const program = findKubectls().at(-1) ?? skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--masters', '1', '--hollow-nodes', '40')
    kubectl = new Kubectl(program, cluster)
  })
  after(() => cluster?.destroy())

  it('are Ready, with leases of their own', async () => {
    assert.match(await cluster.expect('status'), /hollow nodes: 40 of 40 are ready/)
    const names = (await kubectl.do('get leases -n kube-node-lease -o name')).split('\n')
    assert.equal(names.length, 40)
  })

  it('run pods, each its own, with addresses that differ', async () => {
    await kubectl.do('create deployment many --image=any --replicas=200')
    await kubectl.do('rollout status deployment/many --timeout=60s')
    const text = await kubectl.do(
      'get pods -o jsonpath={range.items[*]}{.spec.nodeName}{"/"}{.status.podIP}{"\\n"}{end}',
    )
    const places = text.split('\n').map((line) => line.split('/'))
    assert.equal(places.length, 200)
    assert.equal(new Set(places.map(([node]) => node)).size, 40)
    assert.equal(new Set(places.map(([, ip]) => ip)).size, 200)
  })

  it('say of their pods that nothing runs in them', async () => {
    const logs = await kubectl.try('logs deployment/many')
    assert.match(logs.stderr, /\(BadRequest\): pod "many-\S+" is hollow: .* it has no logs/)
    const exec = await kubectl.try('exec deployment/many -- true')
    assert.match(exec.stderr, /pod "many-\S+" is hollow: no process runs in it/)
  })

  it('give pods up with their Deployment', async () => {
    await kubectl.do('delete deployment many')
    await eventually('no pod is left', async () => (await kubectl.do('get pods -o name')) === '')
  })
})
