import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Debian's etcd, which nobody here wrote. */
export const haveEtcd = existsSync('/usr/bin/etcd') && existsSync('/usr/bin/etcdctl')

export async function etcdctl(...args: string[]): Promise<string> {
  const env = { ...process.env, ETCDCTL_API: '3' }
  const { stdout } = await run('/usr/bin/etcdctl', args, { env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** Runs an etcd of one member on a folder; `use` is given its client URL. */
export async function withEtcd(
  folder: string,
  use: (endpoint: string) => Promise<void>,
  options: { peer?: string } = {},
): Promise<void> {
  const client = `http://127.0.0.1:${await freePort()}`
  const peer = options.peer ?? `http://127.0.0.1:${await freePort()}`
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
  const etcd = spawn('/usr/bin/etcd', flags, { stdio: 'ignore' })
  const exited = new Promise((resolve) => etcd.once('exit', resolve))
  try {
    for (;;) {
      if (etcd.exitCode !== null) throw new Error(`etcd ended with ${etcd.exitCode}`)
      const health = await fetch(`${client}/health`).catch(() => undefined)
      if (health?.ok) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await use(client)
  } finally {
    etcd.kill()
    await exited
  }
}

export function freePort(): Promise<number> {
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
