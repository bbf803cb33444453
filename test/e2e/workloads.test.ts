import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

const WORKLOADS = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 2
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: c
          image: navarch/job
          command: [sh, -c, 'echo $HOSTNAME >> /data/who; sleep 3600']
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: c, image: navarch/job, command: [sleep, '3600'] }]
---
apiVersion: batch/v1
kind: Job
metadata: { name: once }
spec:
  completions: 2
  parallelism: 2
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: c
          image: navarch/job
          command: [sh, -c, 'echo index $JOB_COMPLETION_INDEX']
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: yearly }
spec:
  schedule: '@yearly'
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: c, image: navarch/job, command: ['true'] }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: db }
spec: { maxUnavailable: 0, selector: { matchLabels: { app: db } } }
`

/** Every workload kind runs for real, driven by kubectl. */
describe('workloads', function () {
  this.timeout(90_000)
  let cluster: TestCluster
  let kubectl: Kubectl

  before(async function () {
    const program = findKubectls().at(-1)
    if (program === undefined) return skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--masters', '1', '--nodes', '2')
    kubectl = new Kubectl(program, cluster)
    const applied = await eventually('the cluster takes the workloads', async () => {
      const outcome = await kubectl.tryArgs(['apply', '-f', '-'], WORKLOADS)
      return outcome.code === 0 && outcome.stdout
    })
    assert.match(applied, /statefulset.apps\/db/)
  })
  after(() => cluster?.destroy())

  it('a job works through its indexes', async () => {
    await kubectl.do('wait --for=condition=Complete job/once --timeout=30s')
    assert.match(await kubectl.do('get job once'), /once\s+(Complete\s+)?2\/2/)
    const logs = await kubectl.do('logs -l job-name=once')
    assert.deepEqual(logs.split('\n').sort(), ['index 0', 'index 1'])
  })

  it('a cron job is begun by hand', async () => {
    await kubectl.do('create job manual --from=cronjob/yearly')
    await kubectl.do('wait --for=condition=Complete job/manual --timeout=30s')
    assert.match(await kubectl.do('get cronjob yearly'), /@yearly/)
  })

  it('a stateful set has names and volumes that stay', async () => {
    await kubectl.do('rollout status statefulset/db --timeout=30s')
    const claim = await kubectl.do('get pvc data-db-1 -o jsonpath={.spec.volumeName}')
    const path = await kubectl.do(`get pv ${claim} -o jsonpath={.spec.hostPath.path}`)
    await kubectl.do('delete pod db-1')
    await eventually('the volume has been written twice', () => {
      return existsSync(`${path}/who`) && readFileSync(`${path}/who`, 'utf8') === 'db-1\ndb-1\n'
    })
    await kubectl.do('rollout status statefulset/db --timeout=30s')
  })

  it('a daemon set is updated and taken back', async () => {
    await kubectl.do('rollout status daemonset/agent --timeout=30s')
    await kubectl.do('set env daemonset/agent COLOUR=red')
    await kubectl.do('rollout status daemonset/agent --timeout=30s')
    await kubectl.do('rollout undo daemonset/agent')
    await kubectl.do('rollout status daemonset/agent --timeout=30s')
    const history = await kubectl.do('rollout history daemonset/agent')
    assert.match(history, /^2 /m)
    assert.match(history, /^3 /m)
  })

  it('a drain respects a budget', async () => {
    const node = await kubectl.do('get pod db-0 -o jsonpath={.spec.nodeName}')
    const drain = `drain ${node} --ignore-daemonsets --delete-emptydir-data`
    const refused = await kubectl.try(`${drain} --timeout=2s`)
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /violate the pod's disruption budget/)
    await kubectl.doArgs(['patch', 'pdb', 'db', '-p', '{"spec":{"maxUnavailable":1}}'])
    await kubectl.do(`${drain} --timeout=30s`)
    await kubectl.do(`uncordon ${node}`)
    await kubectl.do('rollout status statefulset/db --timeout=30s')
  })

  it('an autoscaler tells what it lacks', async () => {
    await kubectl.do('create deployment web --image=navarch/web')
    await kubectl.do('autoscale deployment web --min=2 --max=3 --cpu-percent=50')
    await eventually('the bounds are kept', async () => {
      return (await kubectl.do('get deployment web -o jsonpath={.spec.replicas}')) === '2'
    })
    assert.match(await kubectl.do('describe hpa web'), /AbleToScale/)
  })

  it('a rollout waits while it is paused', async () => {
    const sets = () => kubectl.do('get rs -l app=web --no-headers')
    const before = (await sets()).split('\n').length
    await kubectl.do('rollout pause deployment/web')
    await kubectl.do('set env deployment/web COLOUR=red')
    await eventually('the change is seen', async () => {
      const seen =
        'get deployment web -o jsonpath={.metadata.generation}={.status.observedGeneration}'
      const [generation, observed] = (await kubectl.do(seen)).split('=')
      return generation === observed
    })
    assert.equal((await sets()).split('\n').length, before)
    await kubectl.do('rollout resume deployment/web')
    await kubectl.do('rollout status deployment/web --timeout=30s')
    assert.equal((await sets()).split('\n').length, before + 1)
  })

  it('a taint drives pods away, a cordon keeps them off', async () => {
    await kubectl.do('expose deployment web --port=80')
    await kubectl.do('taint node node-1 gone=yes:NoExecute')
    await eventually('all have moved', async () => {
      const nodes = await kubectl.do('get pods -l app=web -o jsonpath={.items[*].spec.nodeName}')
      return nodes !== '' && !nodes.includes('node-1')
    })
    await kubectl.do('taint node node-1 gone-')
    await kubectl.do('cordon node-2')
    await kubectl.do('scale deployment web --replicas=3')
    await kubectl.do('rollout status deployment/web --timeout=30s')
    const newest = 'get pods -l app=web --sort-by=.metadata.creationTimestamp -o wide --no-headers'
    assert.match((await kubectl.do(newest)).split('\n').at(-1) ?? '', /node-1/)
    await kubectl.do('uncordon node-2')
  })

  it('a claim grows, and a node says what it lacks', async () => {
    const size = JSON.stringify({ spec: { resources: { requests: { storage: '3Mi' } } } })
    await kubectl.doArgs(['patch', 'pvc', 'data-db-0', '-p', size])
    await eventually('it has grown', async () => {
      return (
        (await kubectl.do('get pvc data-db-0 -o jsonpath={.status.capacity.storage}')) === '3Mi'
      )
    })
    const overrides = JSON.stringify({
      spec: {
        nodeName: 'node-1',
        containers: [
          { name: 'huge', image: 'navarch/job', resources: { requests: { cpu: '1000' } } },
        ],
      },
    })
    await kubectl.doArgs(['run', 'huge', '--image=navarch/job', `--overrides=${overrides}`])
    await eventually('it is turned away', async () => {
      return /huge\s+0\/1\s+OutOfcpu/.test(await kubectl.do('get pod huge'))
    })
  })
})
