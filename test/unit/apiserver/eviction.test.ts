import assert from 'node:assert/strict'
import { createMemoryKv, type Kv } from '../../../src/kv/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { Harness, pod } from './harness.ts'

const NS = '/api/v1/namespaces/default'
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'

describe('eviction of a pod that serves meanwhile', () => {
  let h: Harness
  /** Comes before the next write of a pod, or so many later. */
  let meanwhile: (() => Promise<unknown>) | undefined
  let later: number

  beforeEach(async () => {
    meanwhile = undefined
    later = 0
    h = await Harness.start({ kv: interrupted(createMemoryKv({ clock: systemClock })) })
    await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
    const labelled = { ...pod('p'), metadata: { name: 'p', labels: { app: 'a' } } }
    await h.call(`POST ${NS}/pods`, { body: labelled })
    const body = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } }
    await h.call(`POST ${NS}/pods/p/binding`, { body })
  })
  afterEach(() => h.stop())

  function interrupted(kv: Kv): Kv {
    const update: Kv['update'] = async (...of) => {
      const isPod = of[0].startsWith('/registry/pods/') && meanwhile !== undefined
      const first = isPod && later-- === 0 ? meanwhile : undefined
      if (first) meanwhile = undefined
      await first?.()
      return kv.update(...of)
    }
    return new Proxy(kv, {
      get(target, name) {
        if (name === 'update') return update
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  async function becomes(phase: string, ready: string): Promise<void> {
    const { json } = await h.call(`GET ${NS}/pods/p`)
    const status = { phase, conditions: [{ type: 'Ready', status: ready }] }
    const put = await h.call(`PUT ${NS}/pods/p/status`, { body: { ...json, status } })
    assert.equal(put.status, 200)
  }

  /** As many as it needs are healthy. */
  async function budget(unhealthyPodEvictionPolicy: string): Promise<void> {
    const selector = { matchLabels: { app: 'a' } }
    const spec = { minAvailable: 1, selector, unhealthyPodEvictionPolicy }
    const made = await h.call(`POST ${BUDGETS}`, { body: { metadata: { name: 'b' }, spec } })
    assert.equal(made.status, 201)
    const counts = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 }
    const status = { observedGeneration: 1, ...counts }
    await h.call(`PUT ${BUDGETS}/b/status`, { body: { ...made.json, status } })
  }

  const evict = (deleteOptions?: object) =>
    h.call(`POST ${NS}/pods/p/eviction`, { body: { metadata: { name: 'p' }, deleteOptions } })
  const isGoing = async () =>
    (await h.call(`GET ${NS}/pods/p`)).json.metadata.deletionTimestamp !== undefined

  for (const policy of ['AlwaysAllow', 'IfHealthyBudget']) {
    it(`is refused when the pod was not ready when its budget was asked (${policy})`, async () => {
      await budget(policy)
      await becomes('Running', 'False')
      meanwhile = () => becomes('Running', 'True')
      const { status, json, headers } = await evict()
      assert.equal(status, 429)
      assert.equal(headers['retry-after'], '10')
      assert.match(json.details.causes[0].message, /budget b is still being processed/)
      assert.equal(await isGoing(), false)
    })
  }

  it('asks the budget when the pod was pending at first', async () => {
    await budget('IfHealthyBudget')
    meanwhile = () => becomes('Running', 'True')
    const { status, json } = await evict()
    assert.equal(status, 429)
    assert.match(json.details.causes[0].message, /budget b needs 1 healthy pods and has 1/)
    assert.equal(await isGoing(), false)
  })

  it('asks the budget when the pod serves between the mark and the deletion', async () => {
    await budget('IfHealthyBudget')
    meanwhile = () => becomes('Running', 'True')
    later = 1
    assert.equal((await evict()).status, 429)
    assert.equal(await isGoing(), false)
  })

  it('goes on when the pod changes and still serves nobody', async () => {
    await budget('IfHealthyBudget')
    meanwhile = () => becomes('Pending', 'False')
    assert.equal((await evict()).status, 201)
    assert.equal(await isGoing(), true)
  })

  it('answers a conflict to whoever names the version', async () => {
    await budget('IfHealthyBudget')
    const { resourceVersion } = (await h.call(`GET ${NS}/pods/p`)).json.metadata
    meanwhile = () => becomes('Pending', 'False')
    assert.equal((await evict({ preconditions: { resourceVersion } })).status, 409)
  })
})
