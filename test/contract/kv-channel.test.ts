import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { channelKv, type KvPort, serveKv } from '../../src/kv/channel/index.ts'
import { localKv } from '../../src/kv/local/index.ts'
import { kvContract } from './kv.ts'
import { openTestStore } from './store.ts'

function kvPort(port: MessagePort): KvPort {
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', listener),
    onClose: (listener) => port.on('close', listener),
  }
}

kvContract('local member over a channel', async () => {
  const folder = await fs.mkdtemp(join(tmpdir(), 'kv-channel-'))
  const opened = await openTestStore(folder)
  const { port1, port2 } = new MessageChannel()
  serveKv(localKv(opened.store), kvPort(port1))
  return {
    kv: channelKv(kvPort(port2)),
    dispose: async () => {
      port1.close()
      await opened.stop()
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
})
