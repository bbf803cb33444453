import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Etcd3, EtcdAuthenticationFailedError, EtcdPermissionDeniedError } from 'etcd3'
import { silentLog } from '../../src/base/index.ts'
import { bcryptHasher, serveGrpc } from '../../src/platform/index.ts'
import { etcdMethods } from '../../src/store/rpc/index.ts'
import { openEtcd } from '../support/store/etcd.ts'

/** npm's etcd3, as its users use it; its own suite of 155 tests passes against us as well. */
describe('npm etcd3', () => {
  let host: string
  let client: Etcd3
  let close: () => Promise<void>

  beforeEach(async () => {
    const etcd = await openEtcd({ auth: { hasher: bcryptHasher({ cost: 4 }) } })
    const backup = () => Promise.reject(new Error('not asked for'))
    const methods = etcdMethods({ etcd: etcd.store, backup })
    const server = await serveGrpc({ address: '127.0.0.1', port: 0, methods, log: silentLog })
    host = `http://127.0.0.1:${server.port}`
    client = new Etcd3({ hosts: host })
    close = async () => {
      client.close()
      await server.close()
      await etcd.close()
    }
  })
  afterEach(() => close())

  it('puts, gets, lists and deletes, with every option of its builders', async () => {
    for (const [key, value] of Object.entries({ a1: 'x', a2: '3', a3: '{"v":1}', b: 'y' })) {
      await client.put(key).value(value)
    }
    assert.equal(await client.get('a1').string(), 'x')
    assert.equal(await client.get('a2').number(), 3)
    assert.deepEqual(await client.get('a3').json(), { v: 1 })
    assert.equal(await client.get('none'), null)
    assert.equal(await client.get('a1').exists(), true)
    assert.deepEqual(await client.getAll().prefix('a').keys(), ['a1', 'a2', 'a3'])
    assert.equal(await client.getAll().prefix('a').count(), 3)
    const sorted = client.getAll().sort('Value', 'Descend').limit(2)
    assert.deepEqual(await sorted.strings(), { a3: '{"v":1}', b: 'y' })
    const before = await client.put('a1').value('z').getPrevious()
    assert.equal(before.value.toString(), 'x')
    const { deleted } = await client.delete().prefix('a')
    assert.equal(Number(deleted), 3)
  })

  it('keeps to its namespaces', async () => {
    const inside = client.namespace('ns/')
    await inside.put('k').value('v')
    await client.put('k').value('outside')
    assert.deepEqual(await inside.getAll().strings(), { k: 'v' })
    assert.equal(await client.get('ns/k').string(), 'v')
    await inside.delete().all()
    assert.deepEqual(await client.getAll().strings(), { k: 'outside' })
  })

  it('decides transactions, and repeats what collided', async () => {
    const create = (value: string) =>
      client
        .if('k', 'Create', '==', 0)
        .then(client.put('k').value(value))
        .else(client.get('k'))
        .commit()
    assert.equal((await create('1')).succeeded, true)
    const again = await create('2')
    assert.equal(again.succeeded, false)
    assert.equal(again.responses[0]?.response_range.kvs[0]?.value.toString(), '1')
    const add = () =>
      client.stm({ retries: 100 }).transact(async (tx) => {
        const now = (await tx.get('k').number()) ?? 0
        await tx.put('k').value(now + 1)
      })
    await Promise.all(Array.from({ length: 10 }, add))
    assert.equal(await client.get('k').number(), 11)
  })

  it('ties keys to leases, and keeps these alive', async () => {
    const lease = client.lease(100)
    await lease.put('l').value('x')
    const id = await lease.grant()
    const { TTL, keys } = await client.leaseClient.leaseTimeToLive({ ID: id, keys: true })
    assert.ok(Number(TTL) > 90)
    assert.deepEqual(
      keys.map((key) => key.toString()),
      ['l'],
    )
    assert.equal((await lease.keepaliveOnce()).ID, id)
    await lease.revoke()
    assert.equal(await client.get('l'), null)
  })

  it('locks', async () => {
    // The client keeps a timer for as long as the lease of a lock that it did not get would live.
    const lock = () => client.lock('lock').ttl(2)
    const first = lock()
    await first.acquire()
    await assert.rejects(lock().acquire())
    await first.release()
    assert.equal(await lock().do(() => 'held'), 'held')
  })

  it('elects', async () => {
    const one = client.election('post', 100)
    const two = client.election('post', 100)
    const leading = one.campaign('one')
    await once(leading, 'elected')
    assert.equal(await two.leader(), 'one')
    const observer = await two.observe()
    const next = two.campaign('two')
    const elected = once(next, 'elected')
    await leading.proclaim('uno')
    while (observer.leader() !== 'uno') await once(observer, 'change')
    await leading.resign()
    await elected
    while (observer.leader() !== 'two') await once(observer, 'change')
    await observer.cancel()
    await next.resign()
  })

  it('watches keys, prefixes and the past', async () => {
    const watcher = await client.watch().prefix('w/').create()
    const seen: string[] = []
    watcher.on('put', ({ key, value }) => seen.push(`${key.toString()}=${value.toString()}`))
    const deleted = once(watcher, 'delete')
    await client.put('w/1').value('a')
    await client.put('other').value('no')
    const { header } = await client.put('w/2').value('b')
    await client.delete().key('w/1')
    const [{ key }] = await deleted
    assert.equal(key.toString(), 'w/1')
    assert.deepEqual(seen, ['w/1=a', 'w/2=b'])
    await watcher.cancel()
    const past = await client.watch().key('w/2').startRevision(header.revision).create()
    const [again] = await once(past, 'put')
    assert.equal(again.value.toString(), 'b')
    await past.cancel()
  })

  it('manages users and roles, and is held to them', async () => {
    const root = client.user('root')
    await root.create('pw')
    await client.role('root').create()
    await root.addRole('root')
    const role = client.role('reader')
    await role.create()
    await role.grant({ permission: 'Read', range: client.range({ prefix: 'r/' }) })
    const [granted] = await role.permissions()
    assert.equal(granted?.permission, 'Read')
    const ann = client.user('ann')
    await ann.create('secret')
    await ann.addRole(role)
    assert.deepEqual(
      (await ann.roles()).map(({ name }) => name),
      ['reader'],
    )
    await client.put('r/1').value('x')
    await client.auth.authEnable()

    const as = (username: string, password: string) =>
      new Etcd3({ hosts: host, auth: { username, password } })
    const [asAnn, wrong, asRoot] = [as('ann', 'secret'), as('ann', 'no'), as('root', 'pw')]
    try {
      assert.equal(await asAnn.get('r/1').string(), 'x')
      await assert.rejects(asAnn.put('r/1').value('y').exec(), EtcdPermissionDeniedError)
      await assert.rejects(wrong.get('r/1').string(), EtcdAuthenticationFailedError)
      await asRoot.auth.authDisable()
    } finally {
      for (const each of [asAnn, wrong, asRoot]) each.close()
    }
  })
})
