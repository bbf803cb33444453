import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../src/base/index.ts'
import { measuredStorage, serveProbes, storeFront } from '../../../src/cmd/parts/store-front.ts'
import { etcdserverpb as pb } from '../../../src/gen/etcd.js'
import { grpcClient, serveGrpc } from '../../../src/platform/index.ts'
import { openTestStore } from '../../contract/store.ts'

/** What dashboards and alerts made for etcd ask for (etcd's Grafana dashboard, etcd-mixin). */
const WATCHED = [
  'etcd_server_has_leader',
  'etcd_server_is_leader',
  'etcd_server_leader_changes_seen_total',
  'etcd_server_proposals_committed_total',
  'etcd_server_proposals_applied_total',
  'etcd_server_proposals_pending',
  'etcd_server_proposals_failed_total',
  'etcd_server_quota_backend_bytes',
  'etcd_server_version',
  'etcd_server_id',
  'etcd_mvcc_db_total_size_in_bytes',
  'etcd_mvcc_db_total_size_in_use_in_bytes',
  'etcd_mvcc_put_total',
  'etcd_debugging_mvcc_keys_total',
  'etcd_debugging_mvcc_watcher_total',
  'etcd_debugging_mvcc_slow_watcher_total',
  'etcd_disk_wal_fsync_duration_seconds',
  'etcd_disk_backend_commit_duration_seconds',
  'etcd_network_client_grpc_received_bytes_total',
  'etcd_network_client_grpc_sent_bytes_total',
  'grpc_server_started_total',
  'grpc_server_handled_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
]

describe('what a member serves its clients', () => {
  let folder: string
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'front-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  it('counts what it does, under the names that people watch etcd by', async () => {
    const storage = measuredStorage()
    const { disk, openEngine } = storage
    const opened = await openTestStore(folder, { disk, openEngine })
    const at = { address: '127.0.0.1', port: 0, log: silentLog }
    const { methods, http, probes } = storeFront({
      opened,
      storage,
      dataFolder: folder,
      log: silentLog,
      extensiveMetrics: true,
    })
    const server = await serveGrpc({ ...at, methods, http })
    const endpoint = `http://127.0.0.1:${server.port}`
    const client = grpcClient({ endpoints: [endpoint] })
    try {
      const put = pb.PutRequest.encode({ key: Buffer.from('k'), value: Buffer.from('v') }).finish()
      for (let i = 0; i < 3; i++) await client.unary('/etcdserverpb.KV/Put', put)
      const bad = pb.PutRequest.encode({}).finish()
      await assert.rejects(client.unary('/etcdserverpb.KV/Put', bad))
      const grant = pb.LeaseGrantRequest.encode({ TTL: 100 }).finish()
      await client.unary('/etcdserverpb.Lease/LeaseGrant', grant)
      const [alone] = await serveProbes([{ address: '127.0.0.1', port: 0, secure: false }], {
        http: probes,
        tls: undefined,
        log: silentLog,
      })
      const beside = `http://127.0.0.1:${alone?.port}`
      assert.equal(await (await fetch(`${beside}/livez`)).text(), 'ok\n')
      const shut = await fetch(`${beside}/v3/kv/range`, { method: 'POST', body: '{}' })
      assert.equal(shut.status, 404)
      await alone?.close()
      const response = await fetch(`${endpoint}/metrics`)
      assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
      const text = await response.text()
      for (const name of WATCHED) assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'), name)
      // It would say what the fsync's says.
      assert.doesNotMatch(text, /etcd_disk_wal_write_duration_seconds/)
      const value = (series: string): number => {
        const line = text.split('\n').find((each) => each.startsWith(`${series} `))
        assert.ok(line, series)
        return Number(line.split(' ').at(-1))
      }
      const labels = 'grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Put"'
      assert.equal(value(`grpc_server_started_total{${labels}}`), 4)
      assert.equal(value(`grpc_server_handled_total{${labels},grpc_code="OK"}`), 3)
      assert.equal(value(`grpc_server_handled_total{${labels},grpc_code="InvalidArgument"}`), 1)
      assert.equal(value(`grpc_server_handling_seconds_count{${labels}}`), 4)
      const applied = 'etcd_server_apply_duration_seconds_count'
      assert.equal(value(`${applied}{version="v3",op="Put",success="true"}`), 3)
      assert.equal(value('etcd_debugging_lease_ttl_total_sum'), 100)
      assert.equal(value('etcd_mvcc_put_total'), 3)
      assert.equal(value('etcd_debugging_mvcc_keys_total'), 1)
      assert.equal(value('etcd_debugging_lease_granted_total'), 1)
      assert.equal(value('etcd_server_has_leader'), 1)
      assert.ok(value('etcd_disk_wal_fsync_duration_seconds_count') > 0)
      assert.ok(value('etcd_server_proposals_applied_total') >= 4)
      assert.ok(value('process_resident_memory_bytes') > 1e6)
    } finally {
      await client.close()
      await server.close()
      await opened.stop()
    }
  })
})
