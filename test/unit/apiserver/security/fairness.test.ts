import assert from 'node:assert/strict'
import type { HttpResponse } from '../../../../src/base/index.ts'
import { lookupIn, type Lookup } from '../../../../src/master/apiserver/admission/index.ts'
import type { Attributes } from '../../../../src/master/apiserver/authz/attributes.ts'
import { defaultFlowControl, Fairness } from '../../../../src/master/apiserver/fairness/index.ts'
import { hand } from '../../../../src/master/apiserver/fairness/priority-level.ts'
import { systemClock } from '../../../../src/platform/index.ts'
import { Harness } from '../harness.ts'

const objects = new Map<string, object[]>(
  defaultFlowControl().map(([plural, list]) => [
    plural,
    list.map((object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        resourceVersion: '1',
        generation: 1,
        uid: object.metadata.name,
      },
    })),
  ]),
)
const lookup: Lookup = {
  ...lookupIn(() => undefined),
  list: (of) => (objects.get(of.plural) ?? []) as never,
}

const asked = (name: string, more: { groups?: string[]; resource?: string } = {}): Attributes => ({
  kind: 'resource',
  user: { name, groups: [...(more.groups ?? []), 'system:authenticated'] },
  verb: 'get',
  group: more.resource === 'leases' ? 'coordination.k8s.io' : '',
  version: 'v1',
  resource: more.resource ?? 'configmaps',
  subresource: '',
  namespace: 'default',
  name: 'x',
})

describe('priority and fairness', () => {
  /** A server whose work takes until it is let go. */
  const server = (seats: number) => {
    const fairness = new Fairness({ lookup, clock: systemClock, seats })
    const working: { user: string; finish: () => void }[] = []
    const ask = (of: Attributes) =>
      fairness.serve(of, new AbortController(), () => {
        const { name } = of.user
        return new Promise<HttpResponse>((resolve) => {
          const finish = () => resolve({ status: 200, headers: {}, body: undefined })
          working.push({ user: name, finish })
        })
      })
    return { working, ask }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('lets nodes renew their leases while a client floods, and others have their turn', async () => {
    const { working, ask } = server(50)
    const flood = Array.from({ length: 500 }, () => ask(asked('eve')))
    await turn()
    const begun = working.length
    assert.ok(begun > 0 && begun < 50, `${begun} of the flood are served at once`)
    // Masters and nodes are served at once.
    const lease = ask(asked('system:node:n1', { groups: ['system:nodes'], resource: 'leases' }))
    const admin = ask(asked('admin', { groups: ['system:masters'] }))
    await turn()
    assert.deepEqual(
      working
        .slice(begun)
        .map(({ user }) => user)
        .sort(),
      ['admin', 'system:node:n1'],
    )
    for (const one of working.splice(begun)) one.finish()
    assert.equal((await lease).status, 200)
    assert.equal((await admin).headers['x-kubernetes-pf-flowschema-uid'], 'exempt')
    // Another user waits for a few of the flood, not for all of it.
    const bob = ask(asked('bob'))
    let before = 0
    while (!working.some(({ user }) => user === 'bob')) {
      working.shift()?.finish()
      before++
      await turn()
    }
    assert.ok(before <= begun + 10, `bob waited for ${before}`)
    while (working.length > 0) {
      for (const one of working.splice(0)) one.finish()
      await turn()
    }
    await bob
    const answers = await Promise.all(flood)
    const refused = answers.filter(({ status }) => status === 429)
    assert.ok(refused.length > 100 && refused.length < 500)
    assert.equal(refused[0]?.headers['retry-after'], '1')
    assert.equal(refused[0]?.headers['x-kubernetes-pf-prioritylevel-uid'], 'global-default')
  })

  it('lends idle seats, and never those that a level keeps', async () => {
    const { working, ask } = server(100)
    const flood = Array.from({ length: 300 }, () => ask(asked('eve')))
    await turn()
    // More than its own share (20 of 245), because the others are idle.
    assert.ok(working.length > 20, `${working.length}`)
    assert.ok(working.length < 100)
    while (working.length > 0) {
      for (const one of working.splice(0)) one.finish()
      await turn()
    }
    await Promise.all(flood)
  })

  it('a list of much takes several seats, a page of it fewer', async () => {
    const cache = { size: 2500 }
    const many: Lookup = { ...lookup, store: () => ({ cache }) as never }
    const fairness = new Fairness({ lookup: many, clock: systemClock, seats: 50 })
    const finishing: (() => void)[] = []
    const ask = (verb: string, limit = 0) =>
      fairness.serve(
        { ...asked('eve'), verb, name: '' } as Attributes,
        { limit, signal: new AbortController().signal },
        () =>
          new Promise<HttpResponse>((resolve) => {
            finishing.push(() => resolve({ status: 200, headers: {}, body: undefined }))
          }),
      )
    const seats = () => fairness.levels().get('global-default')?.level.seats
    const asking = [ask('list'), ask('get'), ask('list', 300)]
    await turn()
    assert.equal(seats(), 10 + 1 + 3)
    for (const finish of finishing.splice(0)) finish()
    await Promise.all(asking)
    assert.equal(seats(), 0)
  })

  it('tells what waits, to those who may look', async () => {
    const h = await Harness.start({ fairness: { seats: 10 } })
    const dump = (name: string) => h.call(`GET /debug/api_priority_and_fairness/dump_${name}`)
    await h.call('GET /api/v1/namespaces', { as: { commonName: 'eve', organizations: [] } })
    const { status, bytes } = await dump('priority_levels')
    assert.equal(status, 200)
    assert.match(bytes.toString(), /^PriorityLevelName, ActiveQueues, IsIdle, /)
    assert.match(bytes.toString(), /\nglobal-default, 0, true, false, 0, 0, 1, 0, 0, 0\n/)
    assert.match(bytes.toString(), /\nexempt, <none>, /)
    assert.match(
      (await dump('queues')).bytes.toString(),
      /^PriorityLevelName, Index, PendingRequests/,
    )
    assert.match((await dump('requests')).bytes.toString(), /^PriorityLevelName, FlowSchemaName, /)
    const eve = { as: { commonName: 'eve', organizations: [] } }
    const refused = await h.call('GET /debug/api_priority_and_fairness/dump_requests', eve)
    assert.equal(refused.status, 403)
    await h.stop()
  })

  it('deals a flow the same queues each time, different ones, and not the same as another’s', () => {
    const limits = { queues: 128, handSize: 6, queueLengthLimit: 50 }
    assert.deepEqual(hand('a', limits), hand('a', limits))
    assert.equal(new Set(hand('a', limits)).size, 6)
    assert.notDeepEqual(hand('a', limits), hand('b', limits))
  })

  it('is in the chain: answers name schema and level', async () => {
    const h = await Harness.start()
    const { headers } = await h.call('GET /api/v1/namespaces')
    const flow = '/apis/flowcontrol.apiserver.k8s.io/v1'
    const schema = await h.call(`GET ${flow}/flowschemas/exempt`)
    assert.equal(headers['x-kubernetes-pf-flowschema-uid'], schema.json.metadata.uid)
    assert.equal(schema.json.spec.matchingPrecedence, 1)
    const { json } = await h.call(`GET ${flow}/prioritylevelconfigurations`)
    assert.equal(json.items.length, 8)
    await h.stop()
  })
})
