import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ETCD = '/usr/bin/etcd'
const START_MS_MAX = 15_000

/** Why there is no etcd to compare with; undefined when there is. In CI its absence is an error. */
export function whyNoEtcd(): string | undefined {
  if (existsSync(ETCD)) return undefined
  if (process.env.CI === 'true') throw new Error(`${ETCD} is missing: install etcd-server`)
  return `${ETCD} is not installed`
}

export interface RealEtcd {
  readonly endpoint: string
  stop(): Promise<void>
}

/** Starts a group of one on free ports, in a folder that goes with it. */
export async function startRealEtcd(flags: readonly string[] = []): Promise<RealEtcd> {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-twin-'))
  const client = `http://127.0.0.1:${await freePort()}`
  const peer = `http://127.0.0.1:${await freePort()}`
  const args = ['--name=one', `--data-dir=${folder}/data`, '--log-outputs=stderr']
  args.push(`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`)
  args.push(`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`)
  args.push(`--initial-cluster=one=${peer}`, ...flags)
  const child = spawn(ETCD, args, { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  const endMs = Date.now() + START_MS_MAX
  while (!(await isHealthy(client))) {
    if (child.exitCode === null && Date.now() < endMs) continue
    await stop()
    throw new Error(`etcd did not start: exit code ${child.exitCode}`)
  }
  return { endpoint: client, stop }
}

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/health`)
    return (await response.text()).includes('"true"')
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
