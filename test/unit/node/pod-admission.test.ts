import assert from 'node:assert/strict'
import type { Node, Pod } from '../../../src/api/index.ts'
import { rejectionOf } from '../../../src/node/kubelet/pod-admission.ts'
import type { PodView } from '../../../src/node/kubelet/pod-words.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

const NODE: Node = {
  metadata: { name: 'n', labels: { disk: 'ssd' } },
  spec: { taints: [{ key: 'broken', effect: 'NoExecute' }] },
  status: {},
}
const ALLOCATABLE = { cpu: '2', memory: '1Gi', pods: '3', 'example.com/tape': '1' }

const pod = (spec: object, requests: Record<string, string> = {}) =>
  ({
    metadata: { name: 'p' },
    spec: {
      containers: [{ name: 'c', resources: { requests } }],
      tolerations: [{ operator: 'Exists' }],
      ...spec,
    },
    status: {},
  }) as unknown as PodView

describe('whether a node takes a pod that is bound to it', () => {
  const taken = { cpu: '1500m', memory: '512Mi', 'example.com/tape': '1' }
  const cases: [string, PodView, string | undefined, string][] = [
    ['fits', pod({}, { cpu: '500m', memory: '512Mi' }), undefined, ''],
    [
      'too much CPU',
      pod({}, { cpu: '501m' }),
      'OutOfcpu',
      "Pod was rejected: Node didn't have enough resource: cpu, requested: 501, used: 1500, capacity: 2000",
    ],
    [
      'too much memory',
      pod({}, { memory: '1Gi' }),
      'OutOfmemory',
      "Pod was rejected: Node didn't have enough resource: memory, requested: 1073741824, used: 536870912, capacity: 1073741824",
    ],
    [
      'an extended resource that is given away',
      pod({}, { 'example.com/tape': '1' }),
      'OutOfexample.com/tape',
      "Pod was rejected: Node didn't have enough resource: example.com/tape, requested: 1, used: 1, capacity: 1",
    ],
    ['an extended resource of others', pod({}, { 'example.com/other': '1' }), undefined, ''],
    [
      'another node',
      pod({ nodeSelector: { disk: 'hdd' } }),
      'NodeAffinity',
      "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    ],
    [
      'a taint',
      pod({ tolerations: [] }),
      'TaintToleration',
      "Pod was rejected: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    ],
    [
      'another system',
      pod({ os: { name: 'windows' } }),
      'PodOSNotSupported',
      "Failed to admit pod as the OS field doesn't match node OS",
    ],
  ]
  for (const [what, wanted, reason, message] of cases) {
    it(what, () => {
      const node = { object: NODE, allocatable: ALLOCATABLE }
      const rejection = rejectionOf(wanted, [pod({}, taken)], node)
      assert.deepEqual(rejection, reason === undefined ? undefined : { reason, message })
    })
  }
  it('too many pods', () => {
    const node = { object: NODE, allocatable: ALLOCATABLE }
    const rejection = rejectionOf(pod({}), [pod({}), pod({}), pod({})], node)
    assert.equal(rejection?.reason, 'OutOfpods')
  })
})

describe('a pod that asks for more while it runs', () => {
  let fixture: Fixture
  before(async () => {
    fixture = await Fixture.start()
    await fixture.node('node-1')
  })
  after(() => fixture.stop())

  const command = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.02; done']
  const resources = (cpu: string, memory: string) => ({
    requests: { cpu, memory },
    limits: { cpu, memory },
  })
  const resizePolicy = [
    { resourceName: 'cpu', restartPolicy: 'NotRequired' },
    { resourceName: 'memory', restartPolicy: 'RestartContainer' },
  ]
  const resize = (name: string, cpu: string, memory: string) => {
    const body = { spec: { containers: [{ name: 'main', resources: resources(cpu, memory) }] } }
    const path = `/api/v1/namespaces/default/pods/${name}/resize`
    const contentType = 'application/strategic-merge-patch+json'
    return fixture.client.request({ method: 'PATCH', path, body, contentType })
  }
  const first = ({ status }: Pod) => status.containerStatuses?.[0]
  const pending = ({ status }: Pod) =>
    status.conditions?.find(({ type }) => type === 'PodResizePending')
  const has = async (name: string, cpu: string, memory: string) =>
    until(`${name} has ${cpu} and ${memory}`, async () => {
      const now = await fixture.getPod(name)
      const own = now && first(now)
      const { limits } = own?.resources ?? {}
      return limits?.['cpu'] === cpu && limits['memory'] === memory && own?.ready ? now : undefined
    })

  it('gets it in place, by a restart where it wants one, or is told why not', async () => {
    const spec = { command, resources: resources('1', '64Mi'), resizePolicy }
    await fixture.pod('elastic', spec, { terminationGracePeriodSeconds: 2 })
    await fixture.untilReady('elastic')
    await has('elastic', '1', '64Mi')
    await resize('elastic', '2', '64Mi')
    const larger = await has('elastic', '2', '64Mi')
    assert.equal(first(larger)?.restartCount, 0)
    assert.deepEqual(first(larger)?.allocatedResources, { cpu: '2', memory: '64Mi' })
    await resize('elastic', '2', '128Mi')
    assert.equal(first(await has('elastic', '2', '128Mi'))?.restartCount, 1)

    await resize('elastic', '100', '128Mi')
    const told = await until('it is told', async () => {
      const now = await fixture.getPod('elastic')
      return now && pending(now) ? now : undefined
    })
    assert.equal(pending(told)?.reason, 'Infeasible')
    const message = "Node didn't have enough capacity: cpu, requested: 100000, capacity: 4000"
    assert.equal(pending(told)?.message, message)
    assert.equal(first(told)?.resources?.limits?.['cpu'], '2')

    await resize('elastic', '3', '128Mi')
    const settled = await has('elastic', '3', '128Mi')
    assert.equal(pending(settled), undefined)
    assert.equal(first(settled)?.restartCount, 1)
  })

  it('waits until another pod leaves enough', async () => {
    const spec = { command, resources: resources('500m', '64Mi'), resizePolicy }
    await fixture.pod('patient', spec, { terminationGracePeriodSeconds: 2 })
    await fixture.untilReady('patient')
    await resize('patient', '2', '64Mi')
    await until('it waits', async () => {
      const now = await fixture.getPod('patient')
      return (now && pending(now)?.reason === 'Deferred') || undefined
    })
    await resize('elastic', '1', '128Mi')
    await has('patient', '2', '64Mi')
  })
})
