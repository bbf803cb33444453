import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/index.ts'
import { measuredStorage, storeFront } from '../../src/cmd/parts/store-front.ts'
import { countedPeers } from '../../src/store/metrics/index.ts'
import { serveGrpc, systemClock } from '../../src/platform/index.ts'
import { needProgram } from '../support/peers.ts'
import { startRealEtcd } from '../support/store/real-etcd.ts'
import { nobody, openTestStore } from './store.ts'

/** What etcd tells of its inside that a store with another inside cannot tell. */
const NOT_HERE: readonly (readonly [names: RegExp, why: string])[] = [
  [/^go_/, "Go's runtime"],
  [/^promhttp_/, "the metrics library's own"],
  [/^etcd_grpc_proxy_/, 'the gRPC proxy'],
  [/^etcd_debugging_store_/, 'the v2 store'],
  [/^etcd_debugging_disk_backend_commit_/, "bbolt's steps of a commit"],
  [/^etcd_debugging_mvcc_(db|index)_compaction_(pause|total)_duration/, "bbolt's compaction"],
  [/^etcd_(debugging_)?snap_(save_|fsync_|db_fsync_)/, 'snapshots of the v2 store'],
  [/^etcd_disk_wal_write_duration_seconds$/, 'a write to the log ends when it is durable'],
  [/^etcd_debugging_mvcc_pending_events_total$/, 'a queue of events that is not here'],
]

describe("the metrics' names beside a real etcd", function () {
  this.timeout(60_000)
  it('are etcd’s, of the same types, but for what is not here', async function () {
    needProgram(this, 'etcd')
    const real = await startRealEtcd()
    const folder = await fs.mkdtemp(join(tmpdir(), 'metrics-'))
    const storage = measuredStorage()
    const { disk, openEngine } = storage
    const { registry } = storage
    const transport = countedPeers(nobody, { registry, self: 1, clock: systemClock })
    const opened = await openTestStore(folder, { disk, openEngine, transport })
    const at = { dataFolder: folder, log: silentLog }
    const { methods, http } = storeFront({ opened, storage, ...at })
    const server = await serveGrpc({
      address: '127.0.0.1',
      port: 0,
      methods,
      http,
      log: silentLog,
    })
    const types = async (endpoint: string): Promise<Map<string, string>> => {
      for (const path of ['kv/put', 'kv/range', 'maintenance/hash', 'maintenance/defragment']) {
        const body = JSON.stringify(path.startsWith('kv') ? { key: 'YQ==' } : {})
        await fetch(`${endpoint}/v3/${path}`, { method: 'POST', body })
      }
      const text = await (await fetch(`${endpoint}/metrics`)).text()
      const lines = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
      return new Map(lines.map(([, name = '', type = '']) => [name, type]))
    }
    try {
      const [theirs, ours] = await Promise.all([
        types(real.endpoint),
        types(`http://127.0.0.1:${server.port}`),
      ])
      const expected = [...theirs].filter(([name]) => !NOT_HERE.some(([names]) => names.test(name)))
      assert.ok(expected.length > 60)
      assert.deepEqual(
        expected.map(([name]) => [name, ours.get(name)]),
        expected,
      )
      for (const [names] of NOT_HERE) assert.ok([...ours.keys()].every((name) => !names.test(name)))
    } finally {
      await server.close()
      await opened.stop()
      await real.stop()
      await fs.rm(folder, { recursive: true, force: true })
    }
  })
})
