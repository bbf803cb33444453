import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/index.ts'
import { etcdKv } from '../../src/kv/etcd/index.ts'
import { grpcClient, serveGrpc } from '../../src/platform/index.ts'
import { etcdMethods } from '../../src/store/rpc/index.ts'
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

const ETCD = '/usr/bin/etcd'

if (existsSync(ETCD) || process.env.CI === 'true') {
  kvContract('etcd', openEtcd)
} else {
  describe('Kv contract: etcd', () => {
    it.skip(`needs ${ETCD} (Debian: etcd-server)`)
  })
}

async function openEtcd() {
  const folder = await fs.mkdtemp(join(tmpdir(), 'kv-etcd-'))
  const client = `http://127.0.0.1:${await freePort()}`
  const peer = `http://127.0.0.1:${await freePort()}`
  const args = {
    name: 'one',
    'data-dir': folder,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `one=${peer}`,
  }
  const flags = Object.entries(args).flatMap(([key, value]) => [`--${key}`, value])
  const etcd = spawn(ETCD, flags, { stdio: 'ignore' })
  await serving(etcd, client)
  return {
    kv: etcdKv(grpcClient({ endpoints: [client] })),
    dispose: async () => {
      etcd.kill()
      await new Promise((resolve) => etcd.once('exit', resolve))
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

async function serving(etcd: ChildProcess, url: string): Promise<void> {
  let failure: Error | undefined
  etcd.once('error', (error) => {
    failure = error
  })
  for (;;) {
    if (failure) throw failure
    if (etcd.exitCode !== null) throw new Error(`etcd ended with ${etcd.exitCode}`)
    const health = await fetch(`${url}/health`).catch(() => undefined)
    if (health?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
