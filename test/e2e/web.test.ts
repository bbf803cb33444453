import assert from 'node:assert/strict'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, needProgram, skipWithout } from '../support/peers.ts'

/** The README's example, as a new user runs it. */
describe('the web example', function () {
  this.timeout(180_000)
  let cluster: TestCluster
  let kubectl: Kubectl
  let address: string

  before(async function () {
    const program = findKubectls().at(-1)
    if (!program) skipWithout(this, 'kubectl is not installed')
    needProgram(this, 'curl')
    cluster = await TestCluster.up()
    kubectl = new Kubectl(program, cluster)
    await kubectl.do('apply -f cluster/examples/web.yaml')
    await kubectl.do('rollout status deployment/web --timeout=60s')
    const service = JSON.parse(await kubectl.do('get service web -o json'))
    address = `http://${service.spec.clusterIP}:${service.spec.ports[0].port}/`
  })
  after(() => cluster?.destroy())

  const curl = () => run('curl', ['-sS', '--max-time', '5', address])

  it('runs three pods on two nodes', async () => {
    const { items } = JSON.parse(await kubectl.do('get pods -l app=web -o json'))
    assert.equal(items.length, 3)
    const nodes = new Set(items.map((pod: { spec: { nodeName: string } }) => pod.spec.nodeName))
    assert.equal(nodes.size, 2)
  })

  it('answers at the cluster IP from all three pods in turn', async () => {
    const pods = (await kubectl.do('get pods -l app=web -o name')).split('\n').sort()
    const answers = new Set<string>()
    await eventually('an answer from each pod', async () => {
      const { stdout } = await curl()
      for (const pod of pods) if (stdout.includes(pod.replace('pod/', ''))) answers.add(pod)
      return answers.size === 3
    })
    assert.deepEqual([...answers].sort(), pods)
  })

  it('drops no request in a rolling update', async () => {
    let done = false
    let served = 0
    const failures: string[] = []
    const client = async () => {
      while (!done) {
        const outcome = await fetch(address).then(
          (response) => (response.ok ? '' : `status ${response.status}`),
          (error) => String(error.cause ?? error),
        )
        if (outcome === '') served++
        else failures.push(outcome)
      }
    }
    const clients = [client(), client(), client()]
    await kubectl.do('set env deployment/web VERSION=2')
    await kubectl.do('rollout status deployment/web --timeout=90s')
    await eventually('the old pods are gone', async () => {
      return (await kubectl.do('get pods -l app=web -o name')).split('\n').length === 3
    })
    done = true
    await Promise.all(clients)
    assert.deepEqual(failures, [])
    assert.ok(served > 50, `${served} requests were served during the update`)
  })

  it('keeps serving while a master is killed, and hears of a scale made after', async () => {
    const { masters } = await cluster.status()
    const leader = masters.find((master) => master.leads.store)
    assert.ok(leader)
    await cluster.expect('kill', leader.name)
    const { stdout } = await curl()
    assert.notEqual(stdout, '')
    await eventually('the scale is accepted', async () => {
      return (await kubectl.try('scale deployment web --replicas=5')).code === 0
    })
    await kubectl.do('rollout status deployment/web --timeout=60s')
    await cluster.expect('start', leader.name)
    const back = await eventually('the killed master is back', async () => {
      const now = await cluster.status()
      const master = now.masters.find((m) => m.name === leader.name)
      return master?.api.healthy ? now : undefined
    })
    assert.equal(back.masters.length, 3)
  })

  it('finds its pods again after the node agent was killed', async () => {
    const restarts =
      'get pods -l app=web -o jsonpath={.items[*].status.containerStatuses[0].containerID}'
    const before = await kubectl.do(restarts)
    await cluster.expect('kill', 'node-1')
    await cluster.expect('start', 'node-1')
    await eventually('node-1 is ready', async () => {
      const { nodes } = await cluster.status()
      return nodes.find((node) => node.name === 'node-1')?.ready
    })
    assert.equal(await kubectl.do(restarts), before)
    assert.notEqual((await curl()).stdout, '')
  })
})
