import assert from 'node:assert/strict'
import { authpb, etcdserverpb as pb } from '../../../../src/gen/etcd.js'
import { bcryptHasher } from '../../../../src/platform/index.ts'
import { NOBODY, type Who } from '../../../../src/store/auth/index.ts'
import { payloadParts, readPayload, Tag } from '../../../../src/store/payload.ts'
import { bytes, call, openEtcd, type TestEtcd } from '../../../support/store/etcd.ts'

describe('a replicated request', () => {
  it('tells in whose name it comes', () => {
    const request = bytes('request')
    const names: Who[] = [
      undefined,
      NOBODY,
      { user: 'ann', revision: 300 },
      { user: 'é', revision: 1 },
    ]
    for (const who of names) {
      const payload = Buffer.concat(payloadParts(Tag.roleRevokePermission, request, who))
      const { tag, who: read, start } = readPayload(payload)
      assert.equal(tag, Tag.roleRevokePermission)
      assert.deepEqual(read, who)
      assert.deepEqual(Buffer.from(payload.subarray(start)), Buffer.from(request))
    }
  })

  describe('is checked again when it is applied', () => {
    let etcd: TestEtcd
    beforeEach(async () => {
      etcd = await openEtcd({ auth: { hasher: bcryptHasher({ cost: 4 }) } })
      const { auth } = etcd.store
      for (const name of ['root', 'ann']) await auth.userAdd({ name, password: name }, call)
      await auth.userGrantRole({ user: 'root', role: 'root' }, call)
      await auth.roleAdd('writer', call)
      const perm = { permType: authpb.Permission.Type.READWRITE, key: bytes('k') }
      await auth.roleGrantPermission({ name: 'writer', perm }, call)
      await auth.userGrantRole({ user: 'ann', role: 'writer' }, call)
      await auth.enable(call)
    })
    afterEach(() => etcd.close())

    const put = pb.PutRequest.encode({ key: bytes('k'), value: bytes('v') }).finish()
    const apply = async (who: Who, tag: Tag = Tag.put, request = put) => {
      const outcome = await etcd.member.propose(payloadParts(tag, request, who), call)
      return outcome.kind === 'error' ? outcome.error.message : outcome.kind
    }

    it('so that what was allowed when it was proposed, and is no more, changes nothing', async () => {
      const { revision } = etcd.state.auth
      assert.equal(await apply({ user: 'ann', revision }), 'put')
      await etcd.store.auth.userRevokeRole({ name: 'ann', role: 'writer' }, call)
      assert.equal(
        await apply({ user: 'ann', revision }),
        'etcdserver: revision of auth store is old',
      )
      const now = etcd.state.auth.revision
      assert.equal(await apply({ user: 'ann', revision: now }), 'etcdserver: permission denied')
      assert.equal(etcd.state.mvcc.revision, 2)
    })

    it('so that one taken before auth was enabled does not slip through', async () => {
      assert.equal(await apply(NOBODY), 'etcdserver: user name is empty')
      const add = pb.AuthUserAddRequest.encode({ name: 'eve' }).finish()
      assert.equal(await apply(NOBODY, Tag.userAdd, add), 'etcdserver: user name is empty')
      const ann = { user: 'ann', revision: etcd.state.auth.revision }
      assert.equal(await apply(ann, Tag.userAdd, add), 'etcdserver: permission denied')
      assert.equal(await apply(undefined), 'put')
    })

    it('and never holds a password', async () => {
      const { token } = await etcd.store.auth.authenticate({ name: 'ann', password: 'ann' }, call)
      const caller = { token }
      await etcd.store.put({ key: bytes('k'), value: bytes('v') }, { ...call, caller })
      const root = await etcd.store.auth.authenticate({ name: 'root', password: 'root' }, call)
      const as = { ...call, caller: { token: root.token } }
      await etcd.store.auth.userAdd({ name: 'new', password: 'open sesame' }, as)
      await etcd.store.auth.userChangePassword({ name: 'new', password: 'shut sesame' }, as)
      const log = Buffer.concat(etcd.member.entries.map(({ payload }) => payload)).toString(
        'latin1',
      )
      assert.ok(log.includes('new'))
      assert.ok(!log.includes('sesame'))
      assert.ok(!log.includes(token.split('.').join('/')))
    })
  })

  it('of a wrong password waits longer after each failure', async () => {
    const waits: number[] = []
    let nowMs = 0
    const clock = {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      every: () => ({ cancel() {} }),
      after(delayMs: number, fire: () => void) {
        waits.push(delayMs)
        nowMs += delayMs
        queueMicrotask(fire)
        return { cancel() {} }
      },
    }
    const etcd = await openEtcd({ clock, auth: { hasher: bcryptHasher({ cost: 4 }) } })
    const { auth } = etcd.store
    await auth.userAdd({ name: 'root', password: 'pw' }, call)
    await auth.userGrantRole({ user: 'root', role: 'root' }, call)
    await auth.enable(call)
    for (let i = 0; i < 5; i++) {
      await assert.rejects(auth.authenticate({ name: 'root', password: 'no' }, call), /failed/)
    }
    assert.deepEqual(waits, [100, 200])
    await auth.authenticate({ name: 'root', password: 'pw' }, call)
    await etcd.close()
  })
})
