import assert from 'node:assert/strict'
import { Channel, type GrpcClient, GrpcCode } from '../../src/base/index.ts'
import { authpb, etcdserverpb as pb } from '../../src/gen/etcd.js'
import { bcryptHasher } from '../../src/platform/index.ts'
import { needProgram } from '../support/peers.ts'
import { type Pair, plain, startTwins, type Step, type Twins } from './etcd-twin.ts'

const b = (text: string): Uint8Array => Buffer.from(text)
const { READ, WRITE, READWRITE } = authpb.Permission.Type
const ALL = { key: b('\0'), rangeEnd: b('\0') }
const denied = { code: GrpcCode.permissionDenied, message: 'etcdserver: permission denied' }

describe('users and roles beside a real etcd', function () {
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

  const same = async (steps: readonly Step[], as?: Pair<string>) => {
    for (const step of steps) await twins.same(step, as)
  }

  async function login(name: string, password: string): Promise<Pair<string>> {
    const [theirs, ours] = await twins.both(['authenticate', { name, password }])
    const tokens = [tokenOf(theirs), tokenOf(ours)] as const
    for (const token of tokens) assert.match(token, /^[a-zA-Z]{16}\.\d+$/)
    return tokens
  }

  it('are made, changed and listed alike while auth is off', async () => {
    await same([
      ['authEnable', {}],
      ['authDisable', {}],
      ['authenticate', { name: 'root', password: 'x' }],
      ['userAdd', { name: '', password: 'x' }],
      ['userAdd', { name: 'ann', password: 'pw' }],
      ['userAdd', { name: 'ann', password: 'pw' }],
      ['userAdd', { name: 'cert', options: { noPassword: true } }],
      ['userGet', { name: 'ann' }],
      ['userGet', { name: 'nobody' }],
      ['userList', {}],
      ['roleAdd', { name: '' }],
      ['roleAdd', { name: 'reader' }],
      ['roleAdd', { name: 'reader' }],
      ['roleAdd', { name: 'both' }],
      ['roleGet', { role: 'reader' }],
      ['roleGet', { role: 'none' }],
      ['roleList', {}],
      ['userGrantRole', { user: 'ann', role: 'none' }],
      ['userGrantRole', { user: 'nobody', role: 'reader' }],
      ['userGrantRole', { user: 'ann', role: 'reader' }],
      ['userGrantRole', { user: 'ann', role: 'reader' }],
      ['userGet', { name: 'ann' }],
      ['userRevokeRole', { name: 'ann', role: 'both' }],
      ['userRevokeRole', { name: 'nobody', role: 'both' }],
      ['userChangePassword', { name: 'nobody', password: 'x' }],
      ['userChangePassword', { name: 'ann', password: 'secret' }],
      ['userDelete', { name: 'nobody' }],
      ['roleDelete', { role: 'none' }],
    ])
  })

  it('have permissions that are granted, merged and revoked alike', async () => {
    const grant = (name: string, perm: authpb.Permission.$Properties): Step => [
      'roleGrantPermission',
      { name, perm },
    ]
    await same([
      ['roleGrantPermission', { name: 'none', perm: { key: b('a'), permType: READ } }],
      grant('reader', { permType: READ, key: b('r/'), rangeEnd: b('r0') }),
      grant('reader', { permType: READ, key: b('m'), rangeEnd: b('n') }),
      grant('reader', { permType: READ, key: b('n'), rangeEnd: b('p') }),
      grant('reader', { permType: WRITE, key: b('w') }),
      grant('reader', { permType: WRITE, key: b('a') }),
      grant('reader', { permType: READWRITE, key: b('a') }),
      grant('both', { permType: READWRITE, key: b('x'), rangeEnd: b('\0') }),
      ['roleGet', { role: 'reader' }],
      ['roleGet', { role: 'both' }],
      ['roleRevokePermission', { role: 'reader', key: b('zz') }],
      ['roleRevokePermission', { role: 'none', key: b('zz') }],
      ['roleRevokePermission', { role: 'both', key: b('x') }],
      ['roleRevokePermission', { role: 'both', key: b('x'), rangeEnd: b('\0') }],
      ['roleGet', { role: 'both' }],
      grant('both', { permType: READWRITE, key: b('x'), rangeEnd: b('\0') }),
    ])
  })

  it('refuse what etcd refuses since 3.5: permissions that cover nothing', async () => {
    // 3.4 takes them all; 3.6 answers so.
    const refused = {
      code: GrpcCode.invalidArgument,
      message: 'etcdserver: invalid auth management',
    }
    for (const perm of [{ key: b('') }, { key: b('b'), rangeEnd: b('a') }]) {
      const request = { name: 'both', perm }
      await assert.rejects(twins.store.auth.roleGrantPermission(request, call), (error: Error) => {
        assert.deepEqual({ code: GrpcCode.invalidArgument, message: error.message }, refused)
        return true
      })
    }
    await assert.rejects(
      twins.store.auth.roleGrantPermission({ name: 'both' }, call),
      /permission not given/,
    )
  })

  it('need root to enable auth, and its rules hold then', async () => {
    await same([
      ['authEnable', {}],
      ['userAdd', { name: 'root', password: 'root' }],
      ['authEnable', {}],
      ['userGrantRole', { user: 'root', role: 'root' }],
      ['userGet', { name: 'root' }],
      ['roleAdd', { name: 'root' }],
      ['put', { key: b('r/1'), value: b('one') }],
      ['put', { key: b('secret'), value: b('s') }],
      ['authEnable', {}],
      ['authEnable', {}],
    ])
    const { perm } = await twins.store.auth.roleGet('root', call)
    assert.deepEqual(plain(perm), [{ permType: READWRITE, key: '""', rangeEnd: '"\0"' }])
    const root = await login('root', 'root')
    await same(
      [
        ['userDelete', { name: 'root' }],
        ['roleDelete', { role: 'root' }],
        ['userRevokeRole', { name: 'root', role: 'root' }],
        ['range', ALL],
        ['userList', {}],
        ['roleList', {}],
        ['authEnable', {}],
      ],
      root,
    )
  })

  it('are refused with the same words without, or with a wrong, token', async () => {
    const steps: Step[] = [
      ['range', { key: b('r/1') }],
      ['range', { key: b('r/1'), serializable: true }],
      ['put', { key: b('r/1'), value: b('x') }],
      ['deleteRange', { key: b('r/1') }],
      ['txn', { compare: [{ key: b('r/1') }] }],
      ['txn', { success: [{ requestPut: { key: b('a') } }] }],
      ['userAdd', { name: 'other' }],
      ['userList', {}],
      ['userGet', { name: 'ann' }],
      ['roleGet', { role: 'reader' }],
      ['authDisable', {}],
    ]
    await same(steps)
    await same(steps, ['nonsense', 'nonsense'])
    await same(steps, ['abcdefghijklmnop.1', 'abcdefghijklmnop.1'])
    await same([
      ['authenticate', { name: 'ann', password: 'wrong' }],
      ['authenticate', { name: 'nobody', password: 'wrong' }],
      ['authenticate', { name: '', password: '' }],
      ['authenticate', { name: 'cert', password: 'x' }],
    ])
  })

  it('may do what their roles say, and no more', async () => {
    const ann = await login('ann', 'secret')
    await same(
      [
        ['range', { key: b('r/1') }],
        ['range', { key: b('r/'), rangeEnd: b('r0') }],
        ['range', { key: b('r/'), rangeEnd: b('r1') }],
        ['range', { key: b('m'), rangeEnd: b('p') }],
        ['range', { key: b('m'), rangeEnd: b('q') }],
        ['range', ALL],
        ['range', { key: b('secret') }],
        ['put', { key: b('r/1'), value: b('x') }],
        ['put', { key: b('w'), value: b('x') }],
        ['put', { key: b('w'), value: b('x'), prevKv: true }],
        ['put', { key: b('a'), value: b('x'), prevKv: true }],
        ['deleteRange', { key: b('w') }],
        ['deleteRange', { key: b('w'), prevKv: true }],
        ['deleteRange', { key: b('w'), rangeEnd: b('x') }],
        ['txn', { compare: [{ key: b('secret') }], success: [{ requestPut: { key: b('w') } }] }],
        ['txn', { compare: [{ key: b('r/1') }], success: [{ requestPut: { key: b('w') } }] }],
        ['txn', { failure: [{ requestPut: { key: b('secret') } }] }],
        ['txn', { success: [{ requestRange: { key: b('secret') } }] }],
        ['txn', { success: [{ requestRange: { key: b('r/1') } }] }],
        ['txn', { success: [{ requestDeleteRange: { key: b('a'), prevKv: true } }] }],
        ['userGet', { name: 'ann' }],
        ['userGet', { name: 'root' }],
        ['userGet', { name: 'nobody' }],
        ['roleGet', { role: 'reader' }],
        ['roleGet', { role: 'both' }],
        ['userList', {}],
        ['userAdd', { name: 'x' }],
        ['roleAdd', { name: 'x' }],
        ['authDisable', {}],
      ],
      ann,
    )
    // 3.4 refuses these too, in words that are not mapped to gRPC's.
    for (const name of ['defragment', 'hash', 'hashKv'] as const) {
      const [theirs, ours] = await twins.both([name, {}], ann)
      assert.deepEqual(theirs, { code: GrpcCode.unknown, message: 'auth: permission denied' })
      assert.deepEqual(ours, denied)
    }
    assert.deepEqual((await twins.both(['moveLeader', {}], ann))[1], denied)
  })

  it('check transactions within transactions, which 3.4 does not', async () => {
    const [, token] = await login('ann', 'secret')
    const nested = { requestTxn: { success: [{ requestPut: { key: b('secret') } }] } }
    await assert.rejects(
      twins.store.txn({ success: [nested] }, { ...call, caller: { token } }),
      /permission denied/,
    )
  })

  it('may only compact as root, which 3.4 does not ask for', async () => {
    const [, token] = await login('ann', 'secret')
    await assert.rejects(
      twins.store.compact({ revision: 1 }, { ...call, caller: { token } }),
      /permission denied/,
    )
  })

  it('keep others from their leases', async () => {
    const root = await login('root', 'root')
    const ann = await login('ann', 'secret')
    const ID = 77n
    await same(
      [
        ['grant', { ID, TTL: 500 }],
        ['put', { key: b('secret'), value: b('leased'), lease: ID }],
      ],
      root,
    )
    await same(
      [
        ['revoke', { ID }],
        ['put', { key: b('w'), value: b('x'), lease: ID }],
      ],
      ann,
    )
    // Since 3.5 and 3.6: nor are they told whose keys live by it, nor whether there are any.
    for (const step of [
      ['timeToLive', { ID, keys: true }],
      ['leases', {}],
    ] as const) {
      assert.deepEqual((await twins.both(step, ann))[1], denied)
    }
    const nobody = { code: GrpcCode.invalidArgument, message: 'etcdserver: user name is empty' }
    for (const step of [
      ['timeToLive', { ID }],
      ['leases', {}],
      ['grant', { TTL: 5 }],
    ] as const) {
      assert.deepEqual((await twins.both(step))[1], nobody)
    }
    await same([['revoke', { ID }]], root)
  })

  it('refuse a watch in the stream', async () => {
    const ann = await login('ann', 'secret')
    const cases: [pb.WatchCreateRequest.$Properties, Pair<string> | undefined][] = [
      [{ key: b('secret') }, ann],
      [{ key: b('r/1') }, ann],
      [{}, ann],
      [{ key: b('r/1') }, undefined],
    ]
    for (const [request, tokens] of cases) {
      const [theirs, ours] = await Promise.all(
        twins.clients.map((client, i) => firstAnswer(client, request, tokens?.[i])),
      )
      // 3.4 has one reason for all of it, and no words of gRPC around it.
      const { cancelReason: reason, ...rest } = ours as { cancelReason: string }
      const { cancelReason: _, ...expected } = theirs as { cancelReason: string }
      assert.deepEqual(rest, expected)
      if (tokens && request.key && Buffer.from(request.key).toString() === 'r/1') continue
      assert.match(reason, tokens ? /code = PermissionDenied desc/ : /user name is empty/)
    }
  })

  it('lose their tokens when the password changes, and a token when roles change', async () => {
    const root = await login('root', 'root')
    const ann = await login('ann', 'secret')
    await same([['userRevokeRole', { name: 'ann', role: 'reader' }]], root)
    // A simple token says who, not what: its rights are those of now.
    assert.deepEqual(await twins.same(['range', { key: b('r/1') }], ann), denied)
    await same([['userGrantRole', { user: 'ann', role: 'reader' }]], root)
    await same([['range', { key: b('r/1') }]], ann)
    await same([['roleDelete', { role: 'reader' }]], root)
    await same([['range', { key: b('r/1') }]], ann)
    await same([['userGet', { name: 'ann' }]], root)
    await same([['userChangePassword', { name: 'ann', password: 'new' }]], root)
    await same([['range', { key: b('r/1') }]], ann)
    await same([['authenticate', { name: 'ann', password: 'secret' }]])
    const again = await login('ann', 'new')
    await same([['userDelete', { name: 'ann' }]], root)
    await same([['range', { key: b('r/1') }]], again)
  })

  it('are free again when auth is disabled', async () => {
    const root = await login('root', 'root')
    await same([['authDisable', {}]], root)
    await same([
      ['range', { key: b('r/1') }],
      ['userList', {}],
    ])
    const { authRevision, enabled } = await twins.store.auth.status(call)
    assert.equal(enabled, false)
    assert.ok(authRevision > 10)
  })
})

const call = { signal: new AbortController().signal }

function tokenOf(answer: unknown): string {
  return (answer as { token: string }).token
}

async function firstAnswer(
  client: GrpcClient,
  createRequest: pb.WatchCreateRequest.$Properties,
  token?: string,
): Promise<unknown> {
  const requests = new Channel<Uint8Array>({ maxLength: 10 })
  requests.push(pb.WatchRequest.encode({ createRequest }).finish())
  const aborter = new AbortController()
  const { signal } = aborter
  const stream = client.stream('/etcdserverpb.Watch/Watch', requests, {
    signal,
    ...(token !== undefined && { metadata: { token } }),
  })
  try {
    for await (const bytes of stream) return plain(pb.WatchResponse.decode(bytes))
    return undefined
  } finally {
    aborter.abort()
    requests.close()
  }
}
