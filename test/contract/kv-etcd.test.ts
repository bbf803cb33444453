import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/index.ts'
import { etcdKv } from '../../src/kv/etcd/index.ts'
import { grpcClient, serveGrpc } from '../../src/platform/index.ts'
import { etcdMethods } from '../../src/store/rpc/index.ts'
import { startRealEtcd } from '../support/store/real-etcd.ts'
import { kvContract } from './kv.ts'
import { openTestStore } from './store.ts'

kvContract('our server over gRPC', async () => {
  const folder = await fs.mkdtemp(join(tmpdir(), 'kv-grpc-'))
  const opened = await openTestStore(folder)
  const backup = () => Promise.reject(new Error('not part of a Kv'))
  const methods = etcdMethods({ etcd: opened.store, backup })
  const at = { address: '127.0.0.1', port: 0 }
  const server = await serveGrpc({ ...at, methods, log: silentLog })
  return {
    kv: etcdKv(grpcClient({ endpoints: [`http://127.0.0.1:${server.port}`] })),
    dispose: async () => {
      await server.close()
      await opened.stop()
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
})

kvContract(
  'etcd',
  async () => {
    const etcd = await startRealEtcd()
    return {
      kv: etcdKv(grpcClient({ endpoints: [etcd.endpoint] })),
      dispose: () => etcd.stop(),
    }
  },
  { needs: 'etcd' },
)
