import assert from 'node:assert/strict'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

const BUSY = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: busy }
spec:
  selector: { matchLabels: { app: busy } }
  template:
    metadata: { labels: { app: busy } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: burner
          image: navarch/job
          command: [sh, -c, 'while :; do :; done & wait']
          resources: { requests: { cpu: 50m } }
        - name: sleeper
          image: navarch/job
          command: [sleep, '3600']
          resources: { requests: { cpu: 10m } }
`

/** What runs is measured, seen by `kubectl top`, and scaled by, with no part beside the cluster's. */
describe('metrics', function () {
  this.timeout(90_000)
  let cluster: TestCluster
  let kubectl: Kubectl

  before(async function () {
    const program = findKubectls().at(-1)
    if (program === undefined) return skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--masters', '1', '--nodes', '1')
    kubectl = new Kubectl(program, cluster)
    await kubectl.doArgs(['apply', '-f', '-'], BUSY)
    await kubectl.do('autoscale deployment busy --min=1 --max=2 --cpu-percent=50')
  })
  after(() => cluster?.destroy())

  it('kubectl top shows what nodes, pods and containers use', async () => {
    const containers = await eventually('the pod is measured', async () => {
      const { code, stdout } = await kubectl.try('top pods --containers --no-headers')
      return code === 0 && /sleeper/.test(stdout) && stdout
    })
    const used = (name: string) =>
      Number(new RegExp(`${name}\\s+(\\d+)m\\s+\\d+Mi`).exec(containers)?.[1])
    assert.ok(used('burner') > 2 * used('sleeper'), containers)
    assert.match(await kubectl.do('top pods -l app=busy'), /busy-\S+\s+\d+m\s+\d+Mi/)
    assert.match(await kubectl.do('top nodes'), /\d+m\s+\d+%\s+\d+Mi\s+\d+%/)
  })

  it('an autoscaler adds a replica to what is busy', async () => {
    await eventually('there are two', async () => {
      return (await kubectl.do('get deployment busy -o jsonpath={.spec.replicas}')) === '2'
    })
    const events = await kubectl.do('describe hpa busy')
    assert.match(events, /New size: 2; reason: cpu resource utilization/)
  })

  it('a usage that nobody knows is not found', async () => {
    const { stderr } = await kubectl.try('top pod nobody')
    assert.match(stderr, /Error from server \(NotFound\): pods "nobody" not found/)
  })
})
