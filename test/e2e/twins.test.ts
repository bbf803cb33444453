import assert from 'node:assert/strict'
import { type Disk, type Links, type Net, silentLog } from '../../src/base/index.ts'
import { connect, readKubeconfig } from '../../src/cmd/parts/kubeconfig.ts'
import { createClient } from '../../src/client/index.ts'
import { startHollowFleet } from '../../src/node/index.ts'
import { systemClock, systemRandom } from '../../src/platform/index.ts'
import { type Maker, makersOf, RunningPart } from '../support/control-plane.ts'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipOptional, skipWithout } from '../support/peers.ts'
import { missing, portraitOf } from '../support/portrait.ts'
import { WORKLOADS } from '../support/twin-workloads.ts'

const NODES = 3
const REST_MS = 90_000
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
    it(`the ${what} of Kubernetes and ours`, async function () {
      if (!scheduler) return skipOptional(this, 'KUBE_SCHEDULER')
      if (!manager) return skipOptional(this, 'KUBE_CONTROLLER_MANAGER')
      if (program === undefined) return skipWithout(this, 'kubectl is not installed')
      const [ours] = makersOf('scheduler')
      const [ourManager] = makersOf('controller-manager')
      assert.ok(ours && ourManager)
      const wanted = await endState(program, [ours, ourManager])
      const got = await endState(program, [scheduler, manager])
      assert.deepEqual(
        { theirs: missing(got, wanted), ours: missing(wanted, got) },
        { theirs: [], ours: [] },
      )
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
    const kubectl = new Kubectl(program, cluster, 'twins')
    await kubectl.do('create namespace twins')
    await eventually('the account is there', async () => {
      return (await kubectl.try('get serviceaccount default')).code === 0
    })
    await kubectl.do('apply -f -', WORKLOADS)
    await rollOut(kubectl)
    return await atRest(kubectl, parts)
  } finally {
    await fleet.stop()
    for (const part of parts) await part.stop()
    await connection.close()
    await cluster.destroy()
  }
}

async function rollOut(kubectl: Kubectl): Promise<void> {
  const done = (what: string) => kubectl.do(`rollout status ${what} --timeout=120s`)
  for (const what of ['deployment/web', 'statefulset/db', 'daemonset/agent', 'deployment/again']) {
    await done(what)
  }
  await kubectl.do('wait --for=condition=complete job/sum --timeout=120s')
  for (const version of [2, 3]) {
    await kubectl.do(`set image deployment/web main=navarch/web:${version}`)
    await done('deployment/web')
  }
  await kubectl.do('rollout undo deployment/web')
  await done('deployment/web')
  for (const what of ['deployment/again', 'daemonset/agent']) {
    await kubectl.do(`set image ${what} main=navarch/web:2`)
    await done(what)
  }
  await kubectl.do('set image statefulset/db main=navarch/web:2')
  await done('statefulset/db')
  await kubectl.do('scale statefulset/db --replicas=2')
  await kubectl.do('create job byhand --from=cronjob/yearly')
  await kubectl.do('wait --for=condition=complete job/byhand --timeout=120s')
  await kubectl.do('wait --for=condition=failed job/late --timeout=120s')
}

/** The portrait once all has come about, and two looks in a row show the same. */
async function atRest(kubectl: Kubectl, parts: readonly RunningPart[]): Promise<string[]> {
  let portrait: string[] = []
  const isDone = (text: string) =>
    text.includes('ProgressDeadlineExceeded') &&
    text.includes('FailedComputeMetricsReplicas') &&
    !/"name": "(gone|db-2)"|"deletionTimestamp"/.test(text)
  await eventually(
    'nothing changes any more',
    async () => {
      for (const part of parts) part.check()
      const now = await portraitOf(kubectl)
      const isSame = JSON.stringify(now) === JSON.stringify(portrait)
      portrait = now
      return isSame && isDone(now.join('\n'))
    },
    REST_MS,
  )
  return portrait
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
