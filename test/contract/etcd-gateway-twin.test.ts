import assert from 'node:assert/strict'
import { bcryptHasher } from '../../src/platform/index.ts'
import { needProgram } from '../support/peers.ts'
import { TextSocket } from '../support/web-socket.ts'
import { type Pair, startTwins, type Twins } from './etcd-twin.ts'

const b64 = (text: string) => Buffer.from(text).toString('base64')

interface HttpAnswer {
  readonly status: number
  readonly body: unknown
}

/** What names the member, what depends on the time, and what etcd has since 3.5 or 3.6. */
const LEFT_OUT = new Set(['cluster_id', 'member_id', 'raft_term', 'hash_revision'])

describe('the JSON gateway beside a real etcd', function () {
  this.timeout(60_000)
  let twins: Twins

  before(async function () {
    needProgram(this, 'etcd')
    twins = await startTwins({
      flags: ['--bcrypt-cost=4'],
      auth: { hasher: bcryptHasher({ cost: 4 }) },
    })
  })
  after(() => twins?.stop())

  async function post(endpoint: string, path: string, body: unknown, token?: string) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${endpoint}/v3/${path}`, {
      method: 'POST',
      body: text,
      ...(token !== undefined && { headers: { authorization: token } }),
    })
    const answer = JSON.parse(await response.text(), (key, value: unknown) =>
      LEFT_OUT.has(key) ? undefined : value,
    )
    return { status: response.status, body: answer }
  }

  async function both(
    path: string,
    body: unknown,
    tokens: readonly string[] = [],
  ): Promise<Pair<HttpAnswer>> {
    const [theirs, ours] = twins.endpoints
    return await Promise.all([
      post(theirs, path, body, tokens[0]),
      post(ours, path, body, tokens[1]),
    ])
  }

  async function same(path: string, body: unknown, tokens: readonly string[] = []) {
    const [theirs, ours] = await both(path, body, tokens)
    assert.deepEqual(ours, asNewer(theirs), `${path} ${JSON.stringify(body)}`)
    return ours as HttpAnswer
  }

  const all = async (requests: readonly (readonly [path: string, body: unknown])[]) => {
    for (const [path, body] of requests) await same(path, body)
  }

  it('puts, reads and removes alike, by either spelling of a name', async () => {
    await all([
      ['kv/put', { key: b64('a'), value: b64('1') }],
      ['kv/put', { key: b64('b'), value: b64('2'), prev_kv: true }],
      ['kv/put', { key: b64('b'), value: b64('3'), prevKv: true }],
      ['kv/put', { key: b64('c'), lease: '0' }],
      ['kv/put', { key: b64('c'), lease: 0, value: null }],
      ['kv/range', { key: b64('a') }],
      ['kv/range', { key: b64('a'), range_end: b64('z') }],
      [
        'kv/range',
        { key: b64('a'), rangeEnd: b64('z'), sort_order: 'DESCEND', sort_target: 'MOD' },
      ],
      ['kv/range', { key: b64('a'), range_end: b64('z'), sort_order: 2, limit: '2' }],
      ['kv/range', { key: b64('a'), range_end: b64('z'), keys_only: true, limit: 1 }],
      ['kv/range', { key: b64('a'), range_end: b64('z'), count_only: true }],
      ['kv/range', { key: b64('none') }],
      ['kv/deleterange', { key: b64('b'), prev_kv: true }],
      ['kv/deleterange', { key: b64('none') }],
    ])
  })

  it('decides transactions, with names for what compares and what they compare', async () => {
    const success = [
      { requestPut: { key: b64('t'), value: b64('x') } },
      { request_range: { key: b64('t') } },
      { request_delete_range: { key: b64('t') } },
      { request_txn: { success: [{ request_range: { key: b64('a') } }] } },
    ]
    await all([
      ['kv/txn', { compare: [{ key: b64('a'), target: 'VALUE', value: b64('1') }], success }],
      [
        'kv/txn',
        {
          compare: [{ key: b64('a'), result: 'GREATER', target: 'MOD', mod_revision: '5' }],
          success,
        },
      ],
      ['kv/txn', { compare: [{ key: b64('a'), target: 'CREATE', createRevision: 2 }], success }],
      ['kv/txn', { compare: [{ key: b64('a'), result: 'NOT_EQUAL', target: 3, value: 'bm8=' }] }],
      ['kv/txn', {}],
    ])
  })

  it('grants, renews and revokes leases', async () => {
    await all([
      ['lease/grant', '{ "ID": 7587848943239472601, "TTL": 500 }'],
      ['lease/grant', { ID: '77', TTL: '500' }],
      ['kv/put', { key: b64('l'), value: b64('x'), lease: '77' }],
      ['lease/timetolive', { ID: '77', keys: true }],
      ['kv/lease/timetolive', { ID: '78' }],
      ['lease/leases', {}],
      ['lease/keepalive', { ID: '77' }],
      ['lease/keepalive', { ID: '99' }],
      ['kv/lease/revoke', { ID: '77' }],
    ])
  })

  it('answers about the cluster', async () => {
    await all([['maintenance/defragment', {}]])
    for (const path of [
      'cluster/member/list',
      'maintenance/status',

      'maintenance/alarm',
    ]) {
      const [theirs, ours] = await both(path, {})
      assert.equal(ours.status, 200)
      // Sizes, hashes and releases differ; the names of what etcd tells are there.
      for (const name of Object.keys(theirs.body ?? {})) assert.ok(name in Object(ours.body), name)
    }
  })

  it('refuses alike: codes, and the words of the store', async () => {
    const failures: [path: string, body: unknown][] = [
      ['kv/put', {}],
      ['kv/range', { key: b64('a'), revision: 999 }],
      ['kv/put', { key: b64('x'), lease: '123' }],
      ['kv/txn', { success: [1, 2].map(() => ({ request_put: { key: b64('d') } })) }],
      ['kv/compaction', { revision: '999' }],
      ['lease/grant', { TTL: '90000000000' }],
      ['lease/grant', { ID: '7587848943239472601', TTL: '5' }],
      ['lease/revoke', { ID: '70' }],
      ['auth/enable', {}],
      ['auth/user/get', { name: 'none' }],
      ['lock/lock', { name: b64('l'), lease: '99' }],
    ]
    for (const [path, body] of failures) {
      const [theirs, ours] = await both(path, body)
      assert.deepEqual(ours, asNewer(theirs), path)
    }
    for (const body of ['{', '[]', '{"key": 1}', '{"key": "!"}', '{"limit": "x"}', '"x"']) {
      const [theirs, ours] = await both('kv/range', body)
      assert.equal(ours.status, theirs.status, body)
      assert.equal((ours.body as { code: number }).code, (theirs.body as { code: number }).code)
    }
  })

  it('streams watches, line by line', async () => {
    const watch = async (endpoint: string): Promise<unknown[]> => {
      const aborter = new AbortController()
      const create = { key: b64('w'), range_end: b64('x'), prev_kv: true, start_revision: '1' }
      const response = await fetch(`${endpoint}/v3/watch`, {
        method: 'POST',
        body: JSON.stringify({ create_request: create }),
        signal: aborter.signal,
      })
      await post(endpoint, 'kv/put', { key: b64('w1'), value: b64('one') })
      await post(endpoint, 'kv/deleterange', { key: b64('w1') })
      const lines: unknown[] = []
      let held = ''
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        held += decoder.decode(chunk, { stream: true })
        const parts = held.split('\n')
        held = parts.pop() ?? ''
        lines.push(...parts.map((line) => JSON.parse(line)))
        const events = lines.flatMap((line) => eventsOf(line))
        if (events.length >= 2) break
      }
      aborter.abort()
      return [Object.keys(lines[0] as object), ...lines.flatMap(eventsOf)]
    }
    const [theirs, ours] = await Promise.all(twins.endpoints.map(watch))
    assert.deepEqual(ours, theirs)
  })

  it('streams over a WebSocket as well, each message a line', async () => {
    const talk = async (endpoint: string): Promise<unknown[]> => {
      const watch = await TextSocket.open(`${endpoint}/v3/watch`)
      const heard: unknown[] = []
      const hear = async (socket: TextSocket) => {
        const text = await socket.next()
        heard.push(
          JSON.parse(text ?? 'null', (key, value: unknown) =>
            LEFT_OUT.has(key) ? undefined : value,
          ),
        )
      }
      const create = { key: b64('ws'), range_end: b64('wt') }
      watch.send(JSON.stringify({ create_request: create }))
      await hear(watch)
      await post(endpoint, 'kv/put', { key: b64('ws1'), value: b64('x') })
      const created = heard[0] as { result: { header: { revision?: string } } }
      delete created.result.header.revision
      const event = JSON.parse((await watch.next()) ?? 'null')
      heard.push(event.result.events[0].kv.key)
      watch.send(JSON.stringify({ cancel_request: { watch_id: '0' } }))
      const cancelled = JSON.parse((await watch.next()) ?? 'null')
      heard.push(cancelled.result.canceled)
      watch.close()
      await post(endpoint, 'lease/grant', { ID: '4711', TTL: '500' })
      const leases = await TextSocket.open(`${endpoint}/v3/lease/keepalive`)
      for (let i = 0; i < 2; i++) {
        leases.send(JSON.stringify({ ID: '4711' }))
        const { result } = JSON.parse((await leases.next()) ?? 'null')
        heard.push(result.TTL)
      }
      leases.close()
      await post(endpoint, 'lease/revoke', { ID: '4711' })
      return heard
    }
    const theirs = await talk(twins.endpoints[0])
    const ours = await talk(twins.endpoints[1])
    assert.deepEqual(ours, theirs)
    const unary = await TextSocket.open(`${twins.endpoints[1]}/v3/kv/range`)
    unary.send(JSON.stringify({ key: b64('ws1') }))
    assert.match((await unary.next()) ?? '', /"count":"1"/)
    assert.equal(await unary.next(), undefined)
    unary.close()
    const bad = TextSocket.open(`${twins.endpoints[1]}/v3/watch`, { 'sec-websocket-version': '8' })
    await assert.rejects(bad, /refused: 426/)
  })

  it('authenticates by the header', async () => {
    await all([
      ['auth/user/add', { name: 'root', password: 'pw' }],
      ['auth/user/grant', { user: 'root', role: 'root' }],
      ['auth/role/add', { name: 'r' }],
      ['auth/role/grant', { name: 'r', perm: { permType: 'READWRITE', key: b64('k') } }],
      ['auth/role/get', { role: 'r' }],
      ['auth/user/list', {}],
      ['auth/enable', {}],
    ])
    const answers = await both('auth/authenticate', { name: 'root', password: 'pw' })
    const tokens = answers.map(({ body }) => (body as { token: string }).token)
    await same('kv/range', { key: b64('a') }, tokens)
    // A browser cannot set the header of a WebSocket.
    const socket = await TextSocket.open(`${twins.endpoints[1]}/v3/kv/range`, {
      'sec-websocket-protocol': `Bearer, ${tokens[1]}`,
    })
    socket.send(JSON.stringify({ key: b64('a') }))
    assert.match((await socket.next()) ?? '', /"header"/)
    socket.close()
    const [theirs, ours] = await both('kv/range', { key: b64('a') }, ['no', 'no'])
    assert.deepEqual([ours.status, theirs.status], [401, 401])
    assert.equal((await both('kv/range', { key: b64('a') }))[1]?.status, 400)
    await same('auth/disable', {}, tokens)
  })

  it('tells health and version on the same port', async () => {
    const get = async (path: string) =>
      await Promise.all(
        twins.endpoints.map(async (at) => {
          const response = await fetch(`${at}${path}`)
          return { status: response.status, body: await response.text() }
        }),
      )
    const [theirs, ours] = await get('/health')
    const withReason = '{"health":"true","reason":""}'
    assert.equal(ours?.body, withReason)
    // 3.4 gives no reason.
    assert.equal(theirs?.body.replace('true"}', 'true","reason":""}'), withReason)
    assert.equal((await get('/nothing'))[1]?.status, 404)
    const [, version] = await get('/version')
    assert.match(version?.body ?? '', /^{"etcdserver":"3\.6\.\d+","etcdcluster":"3\.6\.0"/)
    for (const path of ['/livez', '/readyz', '/readyz/non_learner']) {
      assert.deepEqual((await get(path))[1], { status: 200, body: 'ok\n' })
    }
    const verbose = '[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n'
    const [, ready] = await get('/readyz?verbose')
    assert.equal(ready?.body, `${verbose}[+]non_learner ok\nok\n`)
    const [, some] = await get('/readyz?verbose&exclude=linearizable_read&exclude=data_corruption')
    assert.equal(some?.body, '[+]serializable_read ok\n[+]non_learner ok\nok\n')
    assert.match((await get('/metrics'))[0]?.body ?? '', /^# HELP/)
  })
})

/** An error as grpc-gateway 2 gives it, which etcd has since 3.6: the first one says it twice, and 412. */
function asNewer({ status, body }: HttpAnswer): HttpAnswer {
  const { error, ...rest } = Object(body)
  if (error === undefined) return { status, body }
  assert.equal(error, rest.message)
  return { status: status === 412 ? 400 : status, body: rest }
}

function eventsOf(line: unknown): unknown[] {
  const { result } = line as { result: { events?: unknown[] } }
  return result.events ?? []
}
