import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { eventually, type Outcome, run } from './navarch.ts'
import type { MadeCertificate } from './store/openssl.ts'
import { freePort } from './store/real-etcd.ts'

const TOKEN = 'the-test-admin'
const READY_MS_MAX = 180_000

export interface KubeApiserverOptions {
  readonly program: string
  /** For its files. */
  readonly folder: string
  readonly etcdServers: readonly string[]
  readonly etcdAuthority: string
  readonly etcdClient: MadeCertificate
  readonly flags?: readonly string[]
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/** Kubernetes' own API server, with an etcd that is given. */
export class KubeApiserver {
  readonly #child: ChildProcess
  readonly #port: number
  #log = ''

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.#port = port
    child.stderr?.on('data', (chunk) => (this.#log += chunk))
    child.on('error', () => undefined)
  }

  /** Resolves once it says that it is ready. */
  static async start(options: KubeApiserverOptions): Promise<KubeApiserver> {
    const { program, folder, etcdServers, etcdAuthority, etcdClient } = options
    const [port, key, tokens] = [await freePort(), join(folder, 'sa.key'), join(folder, 'tokens')]
    const made = await run('openssl', ['genrsa', '-out', key, '2048'])
    if (made.code !== 0) throw new Error(made.stderr)
    await writeFile(tokens, `${TOKEN},admin,admin,system:masters\n`)
    const flags = [
      `--etcd-servers=${etcdServers.join(',')}`,
      `--etcd-cafile=${etcdAuthority}`,
      `--etcd-certfile=${etcdClient.cert}`,
      `--etcd-keyfile=${etcdClient.key}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(folder, 'certs')}`,
      `--token-auth-file=${tokens}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
      ...(options.flags ?? []),
    ]
    const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
    const server = new KubeApiserver(child, port)
    try {
      await eventually('the API server to be ready', () => server.#isReady(), READY_MS_MAX)
    } catch (cause) {
      await server.stop()
      throw new Error(`${program}: ${server.log.slice(-5000)}`, { cause })
    }
    return server
  }

  /** What it wrote so far. */
  get log(): string {
    return this.#log
  }

  async kubectl(program: string, args: string, input = ''): Promise<Outcome> {
    const server = [`--server=https://127.0.0.1:${this.#port}`, '--insecure-skip-tls-verify=true']
    const given = [...server, `--token=${TOKEN}`, ...args.split(' ')]
    return await run(program, given, { input, env: { ...process.env, KUBECONFIG: '/dev/null' } })
  }

  /** One request. Rejects when the connection breaks. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#open(method, path, body)
    let text = ''
    response.setEncoding('utf8')
    for await (const chunk of response) text += chunk
    return { status: response.statusCode ?? 0, body: text }
  }

  /** Lines of a watch, until it ends. */
  async *watch(path: string): AsyncGenerator<string> {
    const response = await this.#open('GET', path)
    response.setEncoding('utf8')
    let held = ''
    for await (const chunk of response) {
      const lines = `${held}${chunk}`.split('\n')
      held = lines.pop() ?? ''
      yield* lines
    }
  }

  /** A metric's series, summed up, of those whose labels have all of `labels`. */
  async metric(name: string, labels: readonly string[] = []): Promise<number> {
    const { body } = await this.call('GET', '/metrics')
    const lines = body.split('\n').filter((line) => line.startsWith(name))
    const found = lines.filter((line) => labels.every((label) => line.includes(label)))
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  async #isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}`)
    return (await this.call('GET', '/readyz').catch(() => undefined))?.status === 200
  }

  #open(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
      const at = { host: '127.0.0.1', port: this.#port, rejectUnauthorized: false }
      const sent = request({ ...at, method, path, headers }, resolve)
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}
