import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../../src/base/index.ts'
import { localKv } from '../../../../src/kv/local/index.ts'
import {
  levelEngines,
  systemClock,
  systemDisk,
  systemRandom,
  tlsPeers,
} from '../../../../src/platform/index.ts'
import { clusterIdentity, type OpenStore, openStore } from '../../../../src/store/index.ts'
import { testPki } from '../../platform/pki.ts'
import { freePort } from '../../../support/store/real-etcd.ts'
import { until } from './cluster.ts'

/** Three stores as masters run them: TLS between them, LevelDB below, the usual timing. */
describe('three members over TLS', () => {
  const pki = testPki()
  let folder: string
  let ports: number[]
  const stores: (OpenStore & { vanish(): Promise<void> })[] = []

  const identity = () =>
    clusterIdentity({
      clusterToken: 'tls',
      members: ports.map((port, i) => ({
        name: `m${i}`,
        peerUrls: [`https://127.0.0.1:${port}`],
        clientUrls: [],
      })),
    })

  async function open(at: number) {
    const cluster = identity()
    const name = `m${at}`
    const transport = await tlsPeers({
      self: cluster.members.find((member) => member.name === name)?.id ?? 0,
      clusterId: cluster.clusterId,
      listen: { address: '127.0.0.1', port: ports[at] ?? 0 },
      tls: pki.server,
      log: silentLog,
    })
    const opened = await openStore({
      cluster,
      name,
      dataFolder: join(folder, name),
      disk: systemDisk(),
      openEngine: levelEngines(),
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
      transport,
      logLimits: { segmentBytes: 1024 * 1024, flushEntries: 200, catchUpEntries: 50 },
    })
    const vanish = async () => {
      await transport.close()
      await opened.stop()
    }
    stores[at] = { ...opened, vanish }
  }

  const store = (at: number) => {
    const opened = stores[at]
    assert(opened)
    return opened
  }

  async function leader(): Promise<number> {
    const leads = ({ member }: OpenStore) => member.status().role === 'leader'
    await until('a leader', () => stores.some(leads))
    return stores.findIndex(leads)
  }

  before(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'tls-'))
    ports = await Promise.all([freePort(), freePort(), freePort()])
    await Promise.all([open(0), open(1), open(2)])
  })
  after(async () => {
    await Promise.all(stores.map((opened) => opened.stop()))
    await fs.rm(folder, { recursive: true, force: true })
  })

  it('elects a leader soon after the start, and writes through any member', async () => {
    const startMs = Date.now()
    await leader()
    assert(Date.now() - startMs < 4000, `${Date.now() - startMs} ms until a leader`)
    for (const at of [0, 1, 2]) {
      const created = await localKv(store(at).store).create(`/${at}`, Buffer.from('v'))
      assert.equal(created.kind, 'ok')
    }
    const lists = await Promise.all(stores.map((opened) => localKv(opened.store).list('')))
    assert.deepEqual(lists[1], lists[0])
    assert.deepEqual(lists[2], lists[0])
  })

  it('loses its leader, writes on within moments, and takes it back with a snapshot', async () => {
    const gone = await leader()
    const survivor = (gone + 1) % 3
    const kv = localKv(store(survivor).store)
    let longestMs = 0
    let lastMs = Date.now()
    let written = 0
    let writing = true
    const work = (async () => {
      while (writing) {
        const created = await kv.create(`/w/${written}`, Buffer.alloc(500))
        assert.equal(created.kind, 'ok', 'a write that is tried again is not done twice')
        longestMs = Math.max(longestMs, Date.now() - lastMs)
        lastMs = Date.now()
        written++
      }
    })()
    await until('writes', () => written > 20)
    await store(gone).vanish()
    stores.splice(gone, 1, store(survivor))
    const before = written
    await until('writes after it', () => written > before + 400)
    writing = false
    await work
    assert(longestMs < 2500, `the longest gap was ${longestMs} ms`)
    await open(gone)
    await until('the lost member to catch up', () => {
      const { appliedIndex } = store(gone).member.status()
      return appliedIndex >= store(survivor).member.status().commitIndex
    })
    assert.equal(await localKv(store(gone).store).count('/w/'), written)
  })
})
