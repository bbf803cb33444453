import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  issueAuthority,
  issueLeaf,
  type LeafOptions,
  newSigningKey,
} from '../../../src/platform/index.ts'
import { freePort, startRealEtcd } from '../store/real-etcd.ts'
import { startRealApiServer } from './real-apiserver.ts'

/** A request, sent as it stands: no path is tidied up, no header added but those of HTTP. */
export interface TwinRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Reads until nothing has come for so long, for watches. */
  readonly quietMs?: number
}

export interface TwinAnswer {
  /** Of the server, with its port. */
  readonly host: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Bearer tokens of both servers. */
export const TOKENS = { admin: 'admin-token', alice: 'alice-token', bob: 'bob-token' } as const
const TOKEN_FILE = 'admin-token,admin,1,system:masters\nalice-token,alice,2,dev\nbob-token,bob,3\n'
/** Nothing that is compared takes longer to be answered. */
const SILENCE_MS_MAX = 15_000
const START_MS_MAX = 120_000

/** A server to compare, by its URL. */
export class TwinServer {
  readonly #url: URL
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 8 })

  constructor(url: string) {
    this.#url = new URL(url)
  }

  ask(asked: TwinRequest): Promise<TwinAnswer> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', path, body } = asked
      const headers: Record<string, string> = { ...asked.headers }
      // Node says of a DELETE's body neither how long it is nor that it comes in chunks.
      if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
      const { hostname, port } = this.#url
      const options = { hostname, port, method, path, agent: this.#agent, headers }
      const sent = httpsRequest(options, (response) => {
        const chunks: Buffer[] = []
        const done = () => {
          clearTimeout(timer)
          const named = response.headers as Record<string, string>
          resolve({
            host: this.#url.host,
            status: response.statusCode ?? 0,
            headers: named,
            body: Buffer.concat(chunks),
          })
        }
        const quiet = () =>
          asked.quietMs === undefined
            ? undefined
            : setTimeout(() => {
                done()
                sent.destroy()
              }, asked.quietMs)
        let timer = quiet()
        response.on('data', (chunk: Buffer) => {
          clearTimeout(timer)
          chunks.push(chunk)
          timer = quiet()
        })
        response.on('end', done)
        response.on('error', done)
      })
      sent.on('error', reject)
      sent.setTimeout(SILENCE_MS_MAX, () => sent.destroy(new Error(`${method} ${path}: no answer`)))
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** kube-apiserver (`KUBE_APISERVER`) and ours as processes, each on an etcd of its own: what is on the wire is compared. */
export class ApiTwins {
  readonly ours: TwinServer
  readonly theirs: TwinServer
  readonly #end: () => Promise<void>

  constructor(of: { ours: string; theirs: string }, end: () => Promise<void> = async () => {}) {
    this.ours = new TwinServer(of.ours)
    this.theirs = new TwinServer(of.theirs)
    this.#end = end
  }

  /** The caller has checked that there are an etcd and a kube-apiserver. */
  static async start(): Promise<ApiTwins> {
    const folder = mkdtempSync(join(tmpdir(), 'api-twins-'))
    const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
    const end = async () => {
      for (const each of ends.reverse()) await each()
    }
    try {
      const flags = ownFlags(folder)
      const tokens = flags.filter((flag) => flag.startsWith('--token-auth-file'))
      const theirs = await startRealApiServer([...tokens, ...THEIR_FLAGS])
      ends.push(() => theirs.stop())
      const etcd = await startRealEtcd()
      ends.push(() => etcd.stop())
      const port = await freePort()
      const own = [`--etcd-servers=${etcd.endpoint}`, `--secure-port=${port}`]
      const args = ['--import', 'tsx', 'src/cmd/apiserver.ts', '--serve-metrics=false']
      const child = spawn(process.execPath, [...args, ...flags, ...own], { stdio: 'ignore' })
      ends.push(() => stopped(child))
      const ours = `https://127.0.0.1:${port}`
      await ready(ours, child)
      return new ApiTwins({ ours, theirs: theirs.url }, end)
    } catch (error) {
      await end()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.ours.close()
    this.theirs.close()
    await this.#end()
  }
}

const THEIR_FLAGS = [
  '--enable-admission-plugins=NodeRestriction',
  '--endpoint-reconciler-type=none',
]

/** Writes what they name. */
function ownFlags(folder: string): string[] {
  const nowMs = Date.now()
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const authority = issueAuthority({ commonName: 'twins' }, { nowMs })
  const leaf: LeafOptions = {
    commonName: 'kube-apiserver',
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
  }
  const server = issueLeaf(authority, leaf, { nowMs })
  const key = newSigningKey()
  return [
    `--tls-cert-file=${write('server.crt', server.certPem)}`,
    `--tls-private-key-file=${write('server.key', server.keyPem)}`,
    `--client-ca-file=${write('ca.crt', authority.certPem)}`,
    `--token-auth-file=${write('tokens.csv', TOKEN_FILE)}`,
    `--service-account-signing-key-file=${write('sa.key', key.keyPem)}`,
    `--service-account-key-file=${write('sa.pub', key.publicPem)}`,
    '--service-cluster-ip-range=10.96.0.0/16',
  ]
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const server = new TwinServer(url)
  const headers = { authorization: `Bearer ${TOKENS.admin}` }
  const endMs = Date.now() + START_MS_MAX
  try {
    for (;;) {
      const answer = await server.ask({ path: '/readyz', headers }).catch(() => undefined)
      if (answer?.status === 200) return
      if (child.exitCode !== null || Date.now() > endMs) {
        throw new Error(`${url} did not start: exit code ${child.exitCode}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  } finally {
    server.close()
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await gone
}
