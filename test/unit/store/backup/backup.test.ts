import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Disk, silentLog } from '../../../../src/base/index.ts'
import { localKv } from '../../../../src/kv/local/index.ts'
import type { Kv } from '../../../../src/kv/index.ts'
import {
  levelEngines,
  systemClock,
  systemDisk,
  systemRandom,
} from '../../../../src/platform/index.ts'
import {
  backupOf,
  receiveSnapshot,
  SnapshotFileError,
  snapshotStatus,
} from '../../../../src/store/backup/index.ts'
import { hashOfBackup, type OpenStore, restoreSnapshot } from '../../../../src/store/index.ts'
import { openTestStore, testCluster } from '../../../contract/store.ts'
import { needProgram } from '../../../support/peers.ts'
import { freePort } from '../../../support/store/real-etcd.ts'
import { etcdctl, withEtcd } from './etcd.ts'

const disk = systemDisk()

interface EtcdStatus {
  readonly hash: number
  readonly revision: number
  readonly totalKey: number
  readonly totalSize: number
}

describe('backup', () => {
  let folder: string
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'backup-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  async function withStore(data: string, use: (opened: OpenStore, kv: Kv) => Promise<void>) {
    const opened = await openTestStore(data)
    try {
      await use(opened, localKv(opened.store))
    } finally {
      await opened.stop()
    }
  }

  /** Enough for several levels of the tree, values larger than a page, history and leases. */
  async function fill(kv: Kv, keys: number): Promise<void> {
    const lease = await kv.leaseGrant(3600)
    await Promise.all(
      Array.from({ length: keys }, (_, i) =>
        kv.create(`/k/${i}`, Buffer.from(`value ${i} `.repeat((i % 50) + 1)), { lease }),
      ),
    )
    await kv.create('/large', Buffer.alloc(100_000, 'x'))
    const first = await kv.get('/k/0')
    const changed = await kv.update('/k/0', Buffer.from('changed'), first.kv?.modRevision ?? 0)
    assert(changed.kind === 'ok')
    const second = await kv.get('/k/1')
    await kv.delete('/k/1', second.kv?.modRevision ?? 0)
  }

  async function save(opened: OpenStore, path: string) {
    const open = backupOf({ state: opened.state, disk, folder: join(folder, 'tmp') })
    const { sizeBytes, chunks } = await open()
    const status = await receiveSnapshot({ disk, path, chunks })
    assert.equal((await fs.stat(path)).size, sizeBytes)
    assert.deepEqual(await fs.readdir(join(folder, 'tmp')), [], 'no temporary file is left')
    return status
  }

  function restore(path: string, data: string, more: { disk?: Disk; walFolder?: string } = {}) {
    return restoreSnapshot({
      path,
      cluster: testCluster,
      name: 'alone',
      dataFolder: data,
      disk,
      openEngine: levelEngines(),
      clock: systemClock,
      log: silentLog,
      ...more,
      segmentBytes: 1024 * 1024,
    })
  }

  it('gives everything back, with history, revisions and leases', async () => {
    const path = join(folder, 'file')
    let before: Awaited<ReturnType<Kv['list']>> | undefined
    await withStore(join(folder, 'a'), async (opened, kv) => {
      await fill(kv, 500)
      before = await kv.list('')
      const status = await save(opened, path)
      assert.equal(status.revision, before.revision)
      assert.equal(status.keys, before.kvs.length)
    })
    await restore(path, join(folder, 'b'))
    await withStore(join(folder, 'b'), async (_, kv) => {
      const after = await kv.list('')
      assert.deepEqual(after, before)
      const old = await kv.get('/k/1', { revision: after.revision - 1 })
      assert.equal(Buffer.from(old.kv?.value ?? []).toString(), 'value 1 '.repeat(2))
      const lease = after.kvs.find(({ key }) => key === '/k/2')?.lease ?? 0n
      assert((await kv.leaseKeepAlive(lease)) > 3000)
      await kv.leaseRevoke(lease)
      assert.equal((await kv.list('/k/')).count, 1, 'only what was changed without the lease')
    })
  })

  it('backs up and restores an empty store', async () => {
    const path = join(folder, 'file')
    await withStore(join(folder, 'a'), async (opened) => {
      const status = await save(opened, path)
      assert.equal(status.keys, 0)
    })
    await restore(path, join(folder, 'b'))
    await withStore(join(folder, 'b'), async (_, kv) => {
      assert.equal((await kv.create('/a', Buffer.from('1'))).kind, 'ok')
    })
  })

  it('refuses a file that is cut short, altered, or no backup, and leaves nothing', async () => {
    const path = join(folder, 'file')
    await withStore(join(folder, 'a'), async (opened, kv) => {
      await fill(kv, 50)
      await save(opened, path)
    })
    const sound = await fs.readFile(path)
    const altered = Buffer.from(sound)
    altered[20_000] = (altered[20_000] ?? 0) ^ 1
    const cases: [string, Buffer, RegExp][] = [
      ['cut', sound.subarray(0, sound.length - 1000), /integrity check failed.*hash is missing/],
      ['cut at a page', sound.subarray(0, sound.length - 4096), /expected sha256 .*, got/],
      ['altered', altered, /integrity check failed: expected sha256 .*, got .*altered/],
      ['text', Buffer.from('not a backup'), /hash is missing at the end/],
      ['empty', Buffer.alloc(0), /hash is missing at the end/],
    ]
    for (const [name, bytes, message] of cases) {
      await fs.writeFile(path, bytes)
      const refused = (error: unknown) => {
        assert(error instanceof SnapshotFileError, `${name}: ${String(error)}`)
        assert.match(error.message, message, name)
        assert(error.message.startsWith(path), 'it names the file')
        return true
      }
      await assert.rejects(snapshotStatus(disk, path), refused)
      await assert.rejects(restore(path, join(folder, 'b')), refused)
      await assert.rejects(fs.stat(join(folder, 'b')), /ENOENT/)
    }
  })

  it('does not restore into a folder that is in use', async () => {
    const path = join(folder, 'file')
    await withStore(join(folder, 'a'), async (opened) => {
      await save(opened, path)
    })
    await assert.rejects(restore(path, join(folder, 'a')), /data-dir ".*" not empty/)
    await withStore(join(folder, 'a'), async () => {})
  })

  it('says why it failed, and leaves folders that were there before, empty', async () => {
    const path = join(folder, 'file')
    await withStore(join(folder, 'a'), async (opened) => {
      await save(opened, path)
    })
    const [data, wal] = [join(folder, 'b'), join(folder, 'wal')]
    await fs.mkdir(data)
    await fs.mkdir(wal)
    const removed: string[] = []
    // As mount points: they cannot be removed.
    const mounted: Disk = {
      ...disk,
      remove: async (at) => {
        removed.push(at)
        if (at === data || at === wal) throw new Error('EBUSY')
        await disk.remove(at)
      },
      open: async (at, options) => {
        if (at.startsWith(wal)) throw new Error('no room')
        return await disk.open(at, options)
      },
    }
    await assert.rejects(restore(path, data, { disk: mounted, walFolder: wal }), /no room/)
    assert.deepEqual([await fs.readdir(data), await fs.readdir(wal)], [[], []])
    assert.ok(removed.length > 0)
  })

  it('is hashed without touching what lies beside it', async () => {
    const path = join(folder, 'file')
    await withStore(join(folder, 'a'), async (opened) => {
      await save(opened, path)
    })
    await fs.mkdir(`${path}.work`)
    await fs.writeFile(join(`${path}.work`, 'precious'), 'x')
    const ports = { disk, openEngine: levelEngines(), clock: systemClock, random: systemRandom() }
    const before = await fs.readdir(folder)
    await hashOfBackup({ ...ports, path, revision: 0, log: silentLog })
    assert.deepEqual(await fs.readdir(folder), before)
    assert.deepEqual(await fs.readdir(`${path}.work`), ['precious'])
  })

  it('is what etcd’s own tools read and restore', async function () {
    this.timeout(60_000)
    needProgram(this, 'etcd')
    needProgram(this, 'etcdctl')
    const path = join(folder, 'file')
    await withStore(join(folder, 'a'), async (opened, kv) => {
      await fill(kv, 3000)
      await save(opened, path)
    })
    const ours = await snapshotStatus(disk, path)
    const theirs: EtcdStatus = JSON.parse(await etcdctl('snapshot', 'status', path, '-w', 'json'))
    assert.equal(ours.hash, theirs.hash)
    assert.equal(ours.revision, theirs.revision)
    assert.equal(ours.entries, theirs.totalKey)
    assert.equal(ours.sizeBytes, theirs.totalSize)

    const peer = `http://127.0.0.1:${await freePort()}`
    const data = join(folder, 'etcd')
    const flags = ['--data-dir', data, '--name', 'one', '--initial-cluster', `one=${peer}`]
    await etcdctl('snapshot', 'restore', path, ...flags, '--initial-advertise-peer-urls', peer)
    const use = async (endpoint: string) => {
      const at = ['--endpoints', endpoint]
      const get = async (...args: string[]) => (await etcdctl('get', ...args, ...at)).trim()
      assert.equal(await get('/k/0', '--print-value-only'), 'changed')
      assert.equal(await get('/k/1', '--print-value-only'), '')
      const count = JSON.parse(await get('', '--prefix', '--keys-only', '-w', 'json'))
      assert.equal(count.count, ours.keys)
      assert.equal(count.header.revision, ours.revision)
      assert.equal((await get('/large', '--print-value-only')).length, 100_000)
      await etcdctl('put', '/new', 'value', ...at)
      assert.equal(await get('/new', '--print-value-only'), 'value')
    }
    await withEtcd(data, use, { peer })
  })

  it('takes the backups that etcd makes', async function () {
    this.timeout(60_000)
    needProgram(this, 'etcd')
    needProgram(this, 'etcdctl')
    const path = join(folder, 'file')
    let theirHash = 0
    await withEtcd(join(folder, 'etcd'), async (endpoint) => {
      const at = ['--endpoints', endpoint]
      const lease = /lease (\w+)/.exec(await etcdctl('lease', 'grant', '3600', ...at))?.[1] ?? ''
      for (let i = 0; i < 40; i++) {
        await etcdctl('put', `/k/${i}`, `value ${i}`.repeat(200), '--lease', lease, ...at)
      }
      await etcdctl('put', '/k/0', 'changed', ...at)
      await etcdctl('del', '/k/1', ...at)
      await etcdctl('compact', '5', ...at)
      await etcdctl('snapshot', 'save', path, ...at)
      const theirs: EtcdStatus = JSON.parse(await etcdctl('snapshot', 'status', path, '-w', 'json'))
      theirHash = theirs.hash
    })
    assert.equal((await snapshotStatus(disk, path)).hash, theirHash)
    const status = await restore(path, join(folder, 'b'))
    await withStore(join(folder, 'b'), async (_, kv) => {
      const { kvs, revision } = await kv.list('/k/')
      assert.equal(kvs.length, 39)
      assert.equal(revision, status.revision)
      assert.equal(Buffer.from(kvs[0]?.value ?? []).toString(), 'changed')
      assert.equal(Buffer.from(kvs.at(-1)?.value ?? []).toString(), 'value 9'.repeat(200))
      await assert.rejects(kv.get('/k/2', { revision: 3 }), /has been compacted/)
      assert((await kv.leaseKeepAlive(kvs.at(-1)?.lease ?? 0n)) > 3000)
    })
  })
})
