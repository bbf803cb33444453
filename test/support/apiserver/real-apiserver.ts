import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSigningKey } from '../../../src/platform/index.ts'
import { freePort, startRealEtcd } from '../store/real-etcd.ts'

const START_MS_MAX = 120_000
const TOKEN = 'twin-admin'

export interface RealRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
}

export interface RealAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** A kube-apiserver with an etcd of its own, called as a member of `system:masters`. */
export interface RealApiServer {
  readonly url: string
  readonly token: string
  send(request: RealRequest): Promise<RealAnswer>
  stop(): Promise<void>
}

/**
 * Starts the program `KUBE_APISERVER` names; the caller has checked that it is named, and that
 * there is an etcd. `flags` come after those that are needed, and so win.
 */
export async function startRealApiServer(flags: readonly string[] = []): Promise<RealApiServer> {
  const program = process.env.KUBE_APISERVER ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'apiserver-twin-'))
  const etcd = await startRealEtcd({ flags: ['--unsafe-no-fsync'] })
  const port = await freePort()
  const key = newSigningKey()
  const tokens = join(folder, 'tokens.csv')
  const keyFile = join(folder, 'accounts.key')
  const publicFile = join(folder, 'accounts.pub')
  await writeFile(tokens, `${TOKEN},admin,admin,system:masters\n`)
  await writeFile(keyFile, key.keyPem)
  await writeFile(publicFile, key.publicPem)
  const args = [
    `--etcd-servers=${etcd.endpoint}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=192.0.2.1',
    `--cert-dir=${folder}`,
    `--token-auth-file=${tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${publicFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    ...flags,
  ]
  const child = spawn(program, args, { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.on('error', () => undefined)
  const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false })
  const send = (message: RealRequest) => sendTo(port, agent, message)
  const stop = async () => {
    agent.destroy()
    child.kill('SIGKILL')
    if (child.pid !== undefined) await exited
    await etcd.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const endMs = Date.now() + START_MS_MAX
  while (!(await isReady(send))) {
    if (child.exitCode === null && child.pid !== undefined && Date.now() < endMs) continue
    await stop()
    throw new Error(`kube-apiserver did not start: exit code ${child.exitCode}`)
  }
  return { url: `https://127.0.0.1:${port}`, token: TOKEN, send, stop }
}

async function isReady(send: RealApiServer['send']): Promise<boolean> {
  try {
    return (await send({ method: 'GET', path: '/readyz', headers: {} })).status === 200
  } catch {
    return false
  } finally {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function sendTo(port: number, agent: Agent, message: RealRequest): Promise<RealAnswer> {
  const { method, path, body } = message
  const headers: Record<string, string> = { ...message.headers }
  headers['authorization'] ??= `Bearer ${TOKEN}`
  if (body) headers['content-length'] = String(body.length)
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, method, path, headers }
    const call = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: flat(response.headers),
          bytes: Buffer.concat(chunks),
        })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ])
  return Object.fromEntries(entries)
}
