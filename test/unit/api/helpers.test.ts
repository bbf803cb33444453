import assert from 'node:assert/strict'
import {
  allResources,
  controllerOf,
  controllerReference,
  decodeJson,
  type Deployment,
  deployments,
  formatMicroTime,
  formatTime,
  isControlledBy,
  isPodAvailable,
  isPodReady,
  keyOf,
  type KubeObject,
  type Namespace,
  NAMESPACE_FINALIZER,
  namespaces,
  parseTime,
  type Pod,
  pods,
  pullPolicyFor,
  qosClassOf,
  semanticEqual,
  splitKey,
  withCondition,
  withoutCondition,
} from '../../../src/api/index.ts'
import { readShared, recordedSteps } from './facts.ts'

const nowMs = Date.parse('2024-01-01T00:00:00Z')

function podWith(containers: unknown[], status: unknown = {}): Pod {
  return decodeJson<Pod>(pods.struct, { metadata: { name: 'p' }, spec: { containers }, status })
}

describe('defaults', () => {
  it('change nothing the second time', function () {
    let tried = 0
    for (const scenario of ['03-pods', '04-services', '05-workloads', '13-tables', '20-defaults']) {
      for (const step of recordedSteps(this, scenario)) {
        const body = step.body as KubeObject | undefined
        const resource = allResources.find((r) => r.kind === body?.kind)
        if (step.method !== 'POST' || resource === undefined || step.answer?.status !== 201)
          continue
        const object = decodeJson<KubeObject>(resource.struct, body)
        resource.strategy.applyDefaults(object)
        const once = structuredClone(object)
        resource.strategy.applyDefaults(object)
        assert.deepEqual(object, once, `${scenario} ${step.id}`)
        tried++
      }
    }
    assert.ok(tried > 30, `tried ${tried}`)
  })

  it('leave full volumes alone', function () {
    const json = JSON.parse(readShared(this, 'vectors/core.v1.Pod.json').toString()) as unknown
    const pod = decodeJson<Pod>(pods.struct, json)
    pods.strategy.applyDefaults(pod)
    assert.deepEqual(pod.spec.volumes, decodeJson<Pod>(pods.struct, json).spec.volumes)
  })

  it('choose a pull policy by the tag', () => {
    const always = ['nginx', 'nginx:latest', 'host:5000/nginx', 'host:5000/a/b:latest']
    for (const image of always) assert.equal(pullPolicyFor(image), 'Always', image)
    const once = ['nginx:1.2', 'host:5000/nginx:1', 'nginx@sha256:abc', 'nginx:latest@sha256:abc']
    for (const image of once) assert.equal(pullPolicyFor(image), 'IfNotPresent', image)
  })
})

describe('strategies', () => {
  const make = (spec: object): Deployment => {
    const deployment = decodeJson<Deployment>(deployments.struct, { metadata: { name: 'd' }, spec })
    deployments.strategy.applyDefaults(deployment)
    return deployment
  }

  it('count changes of spec and annotations as generations, and no others', () => {
    const { strategy } = deployments
    const old = make({ replicas: 1 })
    strategy.prepareForCreate(old)
    assert.equal(old.metadata.generation, 1)
    const generationAfter = (change: (deployment: Deployment) => void) => {
      const next = structuredClone(old)
      change(next)
      strategy.prepareForUpdate(next, old)
      return next.metadata.generation
    }
    assert.equal(
      generationAfter(() => {}),
      1,
    )
    assert.equal(
      generationAfter((d) => (d.metadata.labels = { a: 'b' })),
      1,
    )
    assert.equal(
      generationAfter((d) => (d.spec.replicas = 2)),
      2,
    )
    assert.equal(
      generationAfter((d) => (d.metadata.annotations = { a: 'b' })),
      2,
    )
    assert.equal(
      generationAfter((d) => (d.metadata.generation = 99)),
      1,
    )
  })

  it('keep status and spec apart', () => {
    const { strategy } = deployments
    const old = make({ replicas: 1 })
    old.status = { readyReplicas: 1 }
    const next = make({ replicas: 2 })
    next.status = { readyReplicas: 2 }
    const update = structuredClone(next)
    strategy.prepareForUpdate(update, old)
    assert.deepEqual([update.spec.replicas, update.status.readyReplicas], [2, 1])
    strategy.prepareForStatusUpdate(next, old)
    assert.deepEqual([next.spec.replicas, next.status.readyReplicas], [1, 2])
  })

  it('hold a namespace until it is empty', () => {
    const namespace = decodeJson<Namespace>(namespaces.struct, { metadata: { name: 'n' } })
    namespaces.strategy.prepareForCreate(namespace)
    assert.deepEqual(namespace.spec.finalizers, [NAMESPACE_FINALIZER])
  })

  it('take absence and empty lists for the same', () => {
    assert.equal(semanticEqual({ a: [] }, {}), true)
    assert.equal(semanticEqual({ a: null }, {}), true)
    assert.equal(semanticEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), true)
    assert.equal(semanticEqual({ a: [1] }, { a: [2] }), false)
    assert.equal(semanticEqual({ a: {} }, {}), false)
  })
})

describe('helpers', () => {
  it('make keys and take them apart', () => {
    assert.equal(keyOf({ metadata: { name: 'a', namespace: 'n' } }), 'n/a')
    assert.equal(keyOf({ metadata: { name: 'a' } }), 'a')
    assert.deepEqual(splitKey('n/a'), { namespace: 'n', name: 'a' })
    assert.deepEqual(splitKey('a'), { namespace: '', name: 'a' })
  })

  it('know owners by their UID', () => {
    const owner = { metadata: { name: 'o', uid: '1' } }
    const reference = controllerReference(owner, deployments)
    assert.equal(reference.apiVersion, 'apps/v1')
    const pod = { metadata: { name: 'p', ownerReferences: [reference] } }
    assert.equal(controllerOf(pod)?.name, 'o')
    assert.equal(isControlledBy(pod, owner), true)
    assert.equal(isControlledBy(pod, { metadata: { name: 'o', uid: '2' } }), false)
  })

  it('write times as Kubernetes does', () => {
    assert.equal(formatTime(nowMs + 999), '2024-01-01T00:00:00Z')
    assert.equal(formatMicroTime(nowMs + 1.5), '2024-01-01T00:00:00.001500Z')
    assert.equal(parseTime('2024-01-01T00:00:00.001500Z'), nowMs + 1)
    assert.equal(parseTime(''), undefined)
  })

  it('tell when a pod is available', () => {
    const lastTransitionTime = formatTime(nowMs - 10_000)
    const ready = podWith([], {
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }],
    })
    assert.equal(isPodReady(ready), true)
    assert.equal(isPodAvailable(ready, 10, nowMs), true)
    assert.equal(isPodAvailable(ready, 11, nowMs), false)
    assert.equal(isPodAvailable(podWith([]), 0, nowMs), false)
  })

  it('keep the time of a transition while the status stays', () => {
    const old = [{ type: 'A', status: 'True', lastTransitionTime: 'then' }]
    const same = withCondition(old, { type: 'A', status: 'True', lastTransitionTime: 'now' })
    assert.equal(same[0]?.lastTransitionTime, 'then')
    const other = withCondition(old, { type: 'A', status: 'False', lastTransitionTime: 'now' })
    assert.equal(other[0]?.lastTransitionTime, 'now')
    assert.equal(
      withCondition(old, { type: 'B', status: 'True', lastTransitionTime: 'now' }).length,
      2,
    )
    assert.deepEqual(withoutCondition(old, 'A'), [])
  })

  const full = { cpu: '1', memory: '1Gi' }
  const classes: [string, unknown[]][] = [
    ['BestEffort', [{ name: 'a' }]],
    ['BestEffort', [{ name: 'a', resources: { requests: { 'example.com/gpu': '1' } } }]],
    ['Burstable', [{ name: 'a', resources: { requests: { cpu: '1' } } }]],
    ['Burstable', [{ name: 'a', resources: { limits: full } }, { name: 'b' }]],
    ['Burstable', [{ name: 'a', resources: { limits: full, requests: { cpu: '500m' } } }]],
    ['Guaranteed', [{ name: 'a', resources: { limits: full } }]],
    ['Guaranteed', [{ name: 'a', resources: { limits: full, requests: { cpu: '1000m' } } }]],
  ]
  for (const [wanted, containers] of classes) {
    it(`${JSON.stringify(containers)} is ${wanted}`, () => {
      assert.equal(qosClassOf(podWith(containers)), wanted)
    })
  }
})
