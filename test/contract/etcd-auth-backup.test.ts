import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/index.ts'
import { authpb } from '../../src/gen/etcd.js'
import { bcryptHasher, levelEngines, systemClock, systemDisk } from '../../src/platform/index.ts'
import { backupOf, receiveSnapshot } from '../../src/store/backup/index.ts'
import { type OpenStore, restoreSnapshot } from '../../src/store/index.ts'
import { needProgram } from '../support/peers.ts'
import { freePort } from '../support/store/real-etcd.ts'
import { etcdctl, withEtcd } from '../unit/store/backup/etcd.ts'
import { openTestStore, testCluster } from './store.ts'

const disk = systemDisk()
const b = (text: string): Uint8Array => Buffer.from(text)
const call = { signal: new AbortController().signal }

describe('users in backups', function () {
  this.timeout(60_000)
  let folder: string
  beforeEach(async function () {
    needProgram(this, 'etcd')
    needProgram(this, 'etcdctl')
    folder = await fs.mkdtemp(join(tmpdir(), 'auth-backup-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  async function withStore(data: string, use: (opened: OpenStore) => Promise<void>) {
    const etcd = { auth: { hasher: bcryptHasher({ cost: 4 }) } }
    const opened = await openTestStore(data, { etcd })
    try {
      await use(opened)
    } finally {
      await opened.stop()
    }
  }

  /** Logs in as both, and sees what each may read. */
  async function check({ store }: OpenStore) {
    for (const [name, password, denied] of [
      ['root', 'rootpw', false],
      ['ann', 'annpw', true],
    ] as const) {
      const { token } = await store.auth.authenticate({ name, password }, call)
      const as = { ...call, caller: { token } }
      const { kvs } = await store.range({ key: b('a/1') }, as)
      assert.equal(Buffer.from(kvs[0]?.value ?? []).toString(), 'one')
      const secret = store.range({ key: b('secret') }, as)
      if (denied) await assert.rejects(secret, /permission denied/)
      else assert.equal((await secret).kvs.length, 1)
    }
    await assert.rejects(store.range({ key: b('a/1') }, { ...call, caller: {} }), /name is empty/)
    const wrong = { name: 'ann', password: 'rootpw' }
    await assert.rejects(store.auth.authenticate(wrong, call), /authentication failed/)
  }

  it('of etcd work with us', async () => {
    const path = join(folder, 'file')
    await withEtcd(join(folder, 'etcd'), async (endpoint) => {
      const ctl = (...args: string[]) => etcdctl(...args, '--endpoints', endpoint)
      await ctl('put', 'a/1', 'one')
      await ctl('put', 'secret', 'x')
      await ctl('user', 'add', 'root:rootpw')
      await ctl('user', 'grant-role', 'root', 'root').catch(() => undefined)
      await ctl('role', 'add', 'reader')
      await ctl('role', 'grant-permission', 'reader', 'read', 'a/', 'a0')
      await ctl('user', 'add', 'ann:annpw')
      await ctl('user', 'grant-role', 'ann', 'reader')
      await ctl('auth', 'enable')
      await ctl('snapshot', 'save', path, '--user', 'root:rootpw')
    })
    const data = join(folder, 'ours')
    const openEngine = levelEngines()
    const at = { path, cluster: testCluster, name: 'alone', dataFolder: data }
    await restoreSnapshot({ ...at, disk, openEngine, clock: systemClock, log: silentLog })
    await withStore(data, check)
    // And after a restart, from what is on disk.
    await withStore(data, check)
  })

  it('of ours work with etcd', async () => {
    const path = join(folder, 'file')
    await withStore(join(folder, 'ours'), async (opened) => {
      const { store } = opened
      const { auth } = store
      await store.put({ key: b('a/1'), value: b('one') }, call)
      await store.put({ key: b('secret'), value: b('x') }, call)
      await auth.userAdd({ name: 'root', password: 'rootpw' }, call)
      await auth.userGrantRole({ user: 'root', role: 'root' }, call)
      await auth.roleAdd('reader', call)
      const perm = { permType: authpb.Permission.Type.READ, key: b('a/'), rangeEnd: b('a0') }
      await auth.roleGrantPermission({ name: 'reader', perm }, call)
      await auth.userAdd({ name: 'ann', password: 'annpw' }, call)
      await auth.userGrantRole({ user: 'ann', role: 'reader' }, call)
      await auth.enable(call)
      await check(opened)
      const { chunks } = await backupOf({ state: opened.state, disk, folder })()
      await receiveSnapshot({ disk, path, chunks })
    })
    const peer = `http://127.0.0.1:${await freePort()}`
    const data = join(folder, 'etcd')
    const flags = ['--data-dir', data, '--name', 'one', '--initial-cluster', `one=${peer}`]
    await etcdctl('snapshot', 'restore', path, ...flags, '--initial-advertise-peer-urls', peer)
    const use = async (endpoint: string) => {
      const as = (user: string, ...args: string[]) =>
        etcdctl(...args, '--endpoints', endpoint, '--user', user)
      assert.equal(await as('ann:annpw', 'get', 'a/1', '--print-value-only'), 'one\n')
      await assert.rejects(as('ann:annpw', 'get', 'secret'), /permission denied/)
      assert.equal(await as('root:rootpw', 'get', 'secret', '--print-value-only'), 'x\n')
      assert.equal(await as('root:rootpw', 'user', 'list'), 'ann\nroot\n')
      assert.match(await as('root:rootpw', 'role', 'get', 'reader'), /\[a\/, a0\) \(prefix a\/\)/)
      await assert.rejects(as('ann:wrong', 'get', 'a/1'), /authentication failed/)
    }
    await withEtcd(data, use, { peer })
  })
})
