import assert from 'node:assert/strict'
import type { PasswordHasher } from '../../../../src/base/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { call, openEtcd, type TestEtcd } from '../../../support/store/etcd.ts'

describe('passwords tried at once', () => {
  let etcd: TestEtcd
  let clock: ManualClock
  let tried = 0
  const hasher: PasswordHasher = {
    hash: (password) => Promise.resolve(`hash of ${password}`),
    matches(password, hash) {
      tried++
      return Promise.resolve(hash === `hash of ${password}`)
    },
  }

  beforeEach(async () => {
    tried = 0
    clock = new ManualClock()
    etcd = await openEtcd({ clock, auth: { hasher } })
    const { auth } = etcd.store
    await auth.userAdd({ name: 'root', password: 'right' }, call)
    await auth.roleAdd('root', call)
    await auth.userGrantRole({ user: 'root', role: 'root' }, call)
    await auth.enable(call)
  })
  afterEach(() => etcd.close())

  const settle = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  const attempt = (password: string, signal: AbortSignal) =>
    etcd.store.auth.authenticate({ name: 'root', password }, { signal })

  it('are no faster than those tried one after the other', async () => {
    const gone = new AbortController()
    const all = Array.from({ length: 60 }, () =>
      attempt('wrong', AbortSignal.any([gone.signal])).catch((error: unknown) => error),
    )
    await settle()
    assert.equal(tried, 3)
    // 100, 200, 400, 800, 1600, 3200, 5000, 5000 … ms.
    for (let ms = 0; ms < 16_000; ms += 100) {
      clock.advance(100)
      await settle()
    }
    assert(tried > 8 && tried <= 12, `${tried} passwords were tried in 16 s`)
    gone.abort()
    await Promise.all(all)
  })

  it('are soon all let in when they are right', async () => {
    let done = 0
    const all = Array.from({ length: 20 }, () =>
      attempt('right', new AbortController().signal).then(() => done++),
    )
    for (let ms = 0; ms < 1000; ms += 100) {
      await settle()
      clock.advance(100)
    }
    assert.equal(done, 20)
    await Promise.all(all)
  })
})
