import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../../../support/peers.ts'
import { startRealEtcd } from '../../../support/store/real-etcd.ts'

const run = promisify(execFile)

/** etcd's own tool, which nobody here wrote. */
export async function etcdctl(...args: string[]): Promise<string> {
  const env = { ...process.env, ETCDCTL_API: '3' }
  const program = findProgram('etcdctl') ?? 'etcdctl'
  const { stdout } = await run(program, args, { env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** Runs an etcd of one member on a folder; `use` is given its client URL. */
export async function withEtcd(
  dataFolder: string,
  use: (endpoint: string) => Promise<void>,
  options: { peer?: string } = {},
): Promise<void> {
  const etcd = await startRealEtcd({ dataFolder, ...options })
  try {
    await use(etcd.endpoint)
  } finally {
    await etcd.stop()
  }
}
