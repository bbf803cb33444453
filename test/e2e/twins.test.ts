import assert from 'node:assert/strict'
import { type Disk, type Links, type Net, silentLog } from '../../src/base/index.ts'
import { connect, readKubeconfig } from '../../src/cmd/parts/kubeconfig.ts'
import { createClient } from '../../src/client/index.ts'
import { startHollowFleet } from '../../src/node/index.ts'
import { systemClock, systemRandom } from '../../src/platform/index.ts'
import { type Maker, makersOf, RunningPart } from '../support/control-plane.ts'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

const NODES = 3
const WORKLOADS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: 'navarch/web:1'}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: navarch/web}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: navarch/web}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: sum}
spec:
  completions: 3
  parallelism: 2
  completionMode: Indexed
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: navarch/job}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 3, selector: {matchLabels: {app: web}}}
`
/** What both have to come to, whoever brought it about. */
const END_STATE = [
  'get deployments,statefulsets,daemonsets,jobs --no-headers -o custom-columns=A:.kind,B:.metadata.name,C:.status.readyReplicas,D:.status.updatedReplicas,E:.status.numberReady,F:.status.succeeded,G:.status.completedIndexes',
  'get pods --no-headers --sort-by=.metadata.labels.app -o custom-columns=A:.metadata.labels.app,B:.status.phase,C:.metadata.ownerReferences[0].kind',
  'get poddisruptionbudget web -o jsonpath={.status.currentHealthy}/{.status.desiredHealthy}/{.status.disruptionsAllowed}/{.status.expectedPods}',
  'get endpointslices -l kubernetes.io/service-name=web -o jsonpath={.items[*].ports}/{.items[*].endpoints[*].conditions.ready}',
]

/** kube-scheduler and kube-controller-manager on our API server come to the same end as ours. */
describe('twins', function () {
  this.timeout(600_000)
  const program = findKubectls().at(-1)
  const ways = {
    scheduler: { scheduler: makersOf('scheduler')[1], manager: makersOf('controller-manager')[0] },
    'controller manager': {
      scheduler: makersOf('scheduler')[0],
      manager: makersOf('controller-manager')[1],
    },
  }
  for (const [what, { scheduler, manager }] of Object.entries(ways)) {
    // Nothing on a machine that has none: it is not part of Navarch, nor of its CI.
    if (!scheduler || !manager) continue
    it(`the ${what} of Kubernetes and ours`, async function () {
      if (program === undefined) return skipWithout(this, 'kubectl is not installed')
      const [ours] = makersOf('scheduler')
      const [ourManager] = makersOf('controller-manager')
      assert.ok(ours && ourManager)
      const wanted = await endState(program, [ours, ourManager])
      assert.deepEqual(await endState(program, [scheduler, manager]), wanted)
    })
  }
})

async function endState(program: string, makers: readonly Maker[]): Promise<string[]> {
  const cluster = await TestCluster.up('--api-only', '--masters', '1')
  const connection = connect(readKubeconfig(cluster.kubeconfig))
  const parts = makers.map((maker) => new RunningPart(maker, cluster))
  const fleet = startFleet(connection.transport)
  try {
    await fleet.ready
    const kubectl = new Kubectl(program, cluster)
    await eventually('the account is there', async () => {
      return (await kubectl.try('get serviceaccount default')).code === 0
    })
    await kubectl.do('apply -f -', WORKLOADS)
    await kubectl.do('rollout status deployment/web --timeout=120s')
    await kubectl.do('rollout status statefulset/db --timeout=120s')
    await kubectl.do('rollout status daemonset/agent --timeout=120s')
    await kubectl.do('wait --for=condition=complete job/sum --timeout=120s')
    await kubectl.do('set image deployment/web main=navarch/web:2')
    await kubectl.do('rollout status deployment/web --timeout=120s')
    await kubectl.do('scale statefulset/db --replicas=2')
    let state: string[] = []
    await eventually('nothing changes any more', async () => {
      for (const part of parts) part.check()
      const now = await Promise.all(END_STATE.map((command) => kubectl.do(command)))
      const isSame = JSON.stringify(now) === JSON.stringify(state)
      state = now
      return (
        isSame && !now.join().includes('Terminating') && /StatefulSet +db +2 /.test(now[0] ?? '')
      )
    })
    return state
  } finally {
    await fleet.stop()
    for (const part of parts) await part.stop()
    await connection.close()
    await cluster.destroy()
  }
}

function startFleet(transport: ReturnType<typeof connect>['transport']) {
  const system = { clock: systemClock, random: systemRandom(), log: silentLog }
  const unused = {} as Disk & Links & Net
  return startHollowFleet(
    {
      names: Array.from({ length: NODES }, (_, i) => `hollow-${i + 1}`),
      ip: '127.1.0.1',
      version: '0',
      kubernetesVersion: 'v1.32.0',
      capacity: { cpu: '4', memory: '8Gi', pods: '20' },
      info: {
        architecture: 'amd64',
        bootID: '',
        kernelVersion: '',
        machineID: '',
        operatingSystem: 'linux',
        osImage: '',
        systemUUID: '',
      },
      labels: () => ({}),
      apiServerNames: [],
      startLatencyMs: 50,
    },
    {
      ...system,
      client: createClient({ transport, ...system, userAgent: 'hollow' }),
      disk: unused,
      links: unused,
      net: unused,
      serveKubelet: () => Promise.resolve({ port: 10250, close: () => Promise.resolve() }),
    },
  )
}
