import assert from 'node:assert/strict'
import fc from 'fast-check'
import { authpb } from '../../../../src/gen/etcd.js'
import { Attempts, AuthBook, SimpleTokens } from '../../../../src/store/auth/index.ts'
import { KeySet } from '../../../../src/store/auth/permissions.ts'
import { bytes } from '../../../support/store/etcd.ts'

describe('the keys of a role', () => {
  const end = fc.constantFrom('', '\0', 'b', 'bb', 'c', 'd')
  const keys = fc.record({ key: fc.constantFrom('a', 'aa', 'b', 'c'), rangeEnd: end })
  /** All keys that the cases can tell apart. */
  const universe = 'a,a\0,aa,aa\0,aaz,b,b\0,bb,bb\0,c,c\0,cz,d,z'.split(',')
  const holds = ({ key, rangeEnd }: { key: string; rangeEnd: string }, each: string) => {
    if (rangeEnd === '') return each === key
    return each >= key && (rangeEnd === '\0' || each < rangeEnd)
  }
  const toBytes = (k: { key: string; rangeEnd: string }) => ({
    key: bytes(k.key),
    rangeEnd: bytes(k.rangeEnd),
  })

  it('cover a request exactly when they hold each of its keys', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 5 }), keys, (granted, asked) => {
        const wanted = universe.filter((each) => holds(asked, each))
        fc.pre(wanted.length > 0)
        const all = wanted.every((each) => granted.some((g) => holds(g, each)))
        assert.equal(new KeySet(granted.map(toBytes)).covers(toBytes(asked)), all)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the book of users and roles', () => {
  const open = () => {
    const kept = new Map<string, Uint8Array>()
    const backend = {
      set(bucket: string, key: Uint8Array, value: Uint8Array | undefined) {
        const name = `${bucket}/${Buffer.from(key).toString()}`
        if (value) kept.set(name, value)
        else kept.delete(name)
      },
    }
    const book = new AuthBook({ backend, tokens: new SimpleTokens() })
    book.settle()
    return { kept, book, backend }
  }

  it('keeps everything in the form in which etcd keeps it', () => {
    const { kept, book } = open()
    book.addUser({ name: 'root', hashedPassword: bytes('$2a$hash') })
    book.addRole('root')
    book.grantRole('root', 'root')
    book.addRole('r')
    const perm = { key: bytes('k'), permType: authpb.Permission.Type.WRITE }
    book.grantPermission({ name: 'r', perm })
    book.enable()
    const hex = Object.fromEntries([...kept].map(([k, v]) => [k, Buffer.from(v).toString('hex')]))
    // Field numbers and order of etcd's authpb; `options` is there although empty.
    assert.deepEqual(hex, {
      'auth/authEnabled': '01',
      'auth/authRevision': '0000000000000006',
      'authUsers/root': `${'0a04726f6f74'}${'12082432612468617368'}${'1a04726f6f74'}${'2200'}`,
      'authRoles/root': '0a04726f6f74',
      'authRoles/r': `${'0a0172'}${'1205'}${'0801'}${'12016b'}`,
    })
  })

  it('is the same after it was read back', () => {
    const { book, kept, backend } = open()
    book.addUser({ name: 'root', hashedPassword: bytes('h') })
    book.addUser({ name: 'bé', hashedPassword: bytes(''), options: { noPassword: true } })
    book.grantRole('root', 'root')
    book.enable()
    const again = new AuthBook({ backend, tokens: new SimpleTokens() })
    for (const [name, value] of kept) {
      const [bucket, key] = name.split('/') as ['auth', string]
      again.restore(bucket, bytes(key), value)
    }
    again.settle()
    assert.deepEqual([...again.entries()], [...book.entries()])
    assert.equal(again.enabled, true)
    assert.deepEqual(again.userNames(), ['bé', 'root'])
  })

  it('forgets tokens with the user, and all when auth is switched off', () => {
    const { book } = open()
    for (const name of ['root', 'ann']) book.addUser({ name, hashedPassword: bytes('h') })
    book.grantRole('root', 'root')
    book.enable()
    book.tokens.assign('x.1', 'ann', 0)
    book.tokens.assign('y.2', 'root', 0)
    book.deleteUser('ann')
    assert.equal(book.tokens.use('x.1', 1), undefined)
    assert.equal(book.tokens.use('y.2', 1), 'root')
    book.disable()
    assert.equal(book.tokens.size, 0)
  })
})

describe('simple tokens', () => {
  it('live from their last use on', () => {
    const tokens = new SimpleTokens({ ttlSeconds: 10 })
    tokens.assign('t.1', 'ann', 0)
    assert.equal(tokens.use('t.1', 9_000), 'ann')
    assert.equal(tokens.use('t.1', 18_000), 'ann')
    assert.equal(tokens.use('t.1', 29_000), undefined)
    tokens.assign('u.2', 'ann', 30_000)
    tokens.assign('v.3', 'bob', 60_000)
    assert.equal(tokens.size, 1)
  })
})

describe('attempts at a password', () => {
  it('wait longer with each failure, for that user alone, and no longer than bounded', () => {
    const attempts = new Attempts()
    const waits: number[] = []
    for (let i = 0; i < 12; i++) {
      attempts.begun('ann', 1000)
      waits.push(attempts.delayMs('ann', 1000))
    }
    assert.deepEqual(waits.slice(0, 6), [0, 0, 100, 200, 400, 800])
    assert.equal(waits.at(-1), 5000)
    assert.equal(attempts.delayMs('bob', 1000), 0)
    attempts.succeeded('ann')
    assert.equal(attempts.delayMs('ann', 1000), 0)
  })

  it('are remembered for a bounded number of users', () => {
    const attempts = new Attempts()
    for (let i = 0; i < 5; i++) attempts.begun('first', 0)
    for (let i = 0; i < 10_000; i++) attempts.begun(`u${i}`, 0)
    assert.equal(attempts.delayMs('first', 0), 0)
  })
})
