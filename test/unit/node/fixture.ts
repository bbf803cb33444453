import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConnectionError,
  type HttpHandler,
  type Log,
  readBody,
  silentLog,
} from '../../../src/base/index.ts'
import {
  allResources,
  endpointSlices,
  events,
  type KubeObject,
  type Namespace,
  namespaces,
  type Pod,
  pods,
  type Resource,
  serviceAccounts,
  type Stored,
} from '../../../src/api/index.ts'
import { type Client, createClient } from '../../../src/client/index.ts'
import { createMemoryKv, type Kv } from '../../../src/kv/index.ts'
import { type ApiServer, createApiServer } from '../../../src/master/apiserver/index.ts'
import { type NodeConfig, type RunningNode, startNode } from '../../../src/node/index.ts'
import {
  systemClock,
  systemDisk,
  systemLinks,
  systemNet,
  systemProcesses,
  systemRandom,
  systemUsage,
} from '../../../src/platform/index.ts'
import { until } from './until.ts'

const ADMIN = { commonName: 'admin', organizations: ['system:masters'] }
let nextRange = 1 + (process.pid % 200)

/** An API server over memory, in this process, and nodes that run real processes. */
export class Fixture {
  readonly client: Client
  readonly server: ApiServer
  readonly folder: string
  readonly range: number
  /** The kubelet handlers, by node. */
  readonly kubelets = new Map<string, HttpHandler>()
  /** Of the nodes that are started next. */
  log: Log = silentLog
  /** No request reaches a master while this is set; watches that are open go on. */
  apiDown = false
  readonly #kv: Kv
  readonly #nodes: RunningNode[] = []

  private constructor(parts: { kv: Kv; server: ApiServer; folder: string }) {
    this.#kv = parts.kv
    this.server = parts.server
    this.folder = parts.folder
    this.range = nextRange++
    const { handler } = parts.server
    this.client = createClient({
      transport: (request) => {
        if (!this.apiDown) return handler({ ...request, identity: ADMIN })
        return Promise.reject(new ConnectionError('no master runs', { sent: false }))
      },
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
    })
  }

  static async start(): Promise<Fixture> {
    const kv = createMemoryKv({ clock: systemClock })
    const server = createApiServer({
      kv,
      resources: allResources,
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
      kubelet: () => () => Promise.reject(new Error('not used here')),
      serviceRange: '127.96.0.0/16',
    })
    await server.start({ signal: new AbortController().signal })
    const folder = await fs.mkdtemp(join(tmpdir(), 'navarch-node-'))
    const fixture = new Fixture({ kv, server, folder })
    for (const name of ['default', 'kube-node-lease', 'kube-system']) await fixture.namespace(name)
    return fixture
  }

  async namespace(name: string): Promise<void> {
    const body: Namespace = { metadata: { name }, spec: {}, status: {} }
    await this.client
      .for(namespaces)
      .create(body)
      .catch(() => undefined)
    const account = { metadata: { name: 'default', namespace: name } }
    await this.client.for(serviceAccounts).create(account)
  }

  config(name: string, more: Partial<NodeConfig> = {}): NodeConfig {
    const index = Number(name.replace(/\D/g, '')) || 1
    return {
      name,
      ip: `127.${this.range}.0.${index}`,
      dataFolder: join(this.folder, name),
      version: 'test',
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      info: {
        architecture: 'amd64',
        bootID: 'boot',
        kernelVersion: '6',
        machineID: 'machine',
        operatingSystem: 'linux',
        osImage: 'test',
        systemUUID: 'uuid',
      },
      kubernetesVersion: 'v1.33.0',
      hostEnv: { PATH: process.env.PATH ?? '' },
      apiServerNames: ['kube-apiserver'],
      runtime: {
        kind: 'process',
        podCidr: `127.${this.range}.${index}.0/24`,
        images: {},
        mountMode: 'none',
      },
      ...more,
    }
  }

  async node(name: string, more: Partial<NodeConfig> = {}): Promise<RunningNode> {
    const node = startNode(this.config(name, more), {
      client: this.client,
      clock: systemClock,
      random: systemRandom(),
      log: this.log,
      disk: systemDisk(),
      links: systemLinks,
      net: systemNet,
      processes: systemProcesses(),
      usage: systemUsage(),
      serveKubelet: (handler) => {
        this.kubelets.set(name, handler)
        return Promise.resolve({ port: 10250, close: () => Promise.resolve() })
      },
    })
    this.#nodes.push(node)
    await node.ready
    return node
  }

  /** Ends the agents and everything that they run, and removes all files. */
  async stop(): Promise<void> {
    for (const node of this.#nodes) await node.stop({ killPods: true })
    await this.server.stop()
    await this.#kv.close()
    await fs.rm(this.folder, { recursive: true, force: true })
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<Stored<T>> {
    return this.client.for(resource).create(object)
  }

  /** A pod of one container that is bound to a node. */
  pod(name: string, container: object, spec: object = {}): Promise<Stored<Pod>> {
    const only = { name: 'main', image: 'host', ...container }
    const body: Pod = {
      metadata: { name, namespace: 'default', labels: { app: name } },
      spec: { nodeName: 'node-1', containers: [only], terminationGracePeriodSeconds: 1, ...spec },
      status: {},
    }
    return this.create(pods, body)
  }

  getPod(name: string): Promise<Stored<Pod> | undefined> {
    return this.client
      .for(pods)
      .get({ namespace: 'default', name })
      .catch(() => undefined)
  }

  untilPod(
    name: string,
    what: string,
    holds: (pod: Stored<Pod>) => boolean,
    timeoutMs?: number,
  ): Promise<Stored<Pod>> {
    let last: Stored<Pod> | undefined
    const probe = async () => {
      last = await this.getPod(name)
      return last && holds(last) ? last : undefined
    }
    return until(`${name} ${what}`, probe, timeoutMs).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last?.status, undefined, 1)}`)
    })
  }

  untilReady(name: string): Promise<Stored<Pod>> {
    return this.untilPod(name, 'is ready', isReady)
  }

  /** What `kubectl logs` would print. */
  async logs(pod: string, query = '', node = 'node-1'): Promise<{ status: number; text: string }> {
    const handler = this.kubelets.get(node)
    if (!handler) throw new Error(`no kubelet of ${node}`)
    const { status, body } = await handler({
      method: 'GET',
      url: `/containerLogs/default/${pod}/main?${query}`,
      headers: {},
      body: undefined,
      identity: ADMIN,
      signal: new AbortController().signal,
    })
    const bytes = await readBody(body, 1 << 24, () => new Error('too long'))
    return { status, text: Buffer.from(bytes).toString() }
  }

  async eventsOf(name: string): Promise<{ reason: string; message: string }[]> {
    const list = await this.client.for(events).list({ namespace: 'default' })
    return list.items
      .filter((e) => e.involvedObject.name === name)
      .map(({ reason = '', message = '' }) => ({ reason, message }))
  }

  /** Makes `addresses` the endpoints of a Service. */
  async endpoints(
    service: string,
    port: { name?: string; number: number; protocol?: string },
    list: readonly { address: string; ready?: boolean; serving?: boolean; terminating?: boolean }[],
  ): Promise<void> {
    const name = `${service}-1`
    const slice = {
      metadata: {
        name,
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': service },
      },
      addressType: 'IPv4',
      ports: [{ name: port.name ?? '', port: port.number, protocol: port.protocol ?? 'TCP' }],
      endpoints: list.map(({ address, ready = true, serving = true, terminating = false }) => ({
        addresses: [address],
        conditions: { ready, serving, terminating },
      })),
    }
    const client = this.client.for(endpointSlices)
    const old = await client.get({ namespace: 'default', name }).catch(() => undefined)
    if (!old) await client.create(slice)
    else await client.update({ ...slice, metadata: old.metadata })
  }
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false
}
