import type { ClusterStatus, MasterStatus, NodeStatus } from '../src/cli/index.ts'
import type { Connection } from './connection.ts'
import type { Supervisor } from './supervisor.ts'
import { apiEndpoint, type MasterTopology, type Topology } from './topology.ts'

interface StatusParts {
  readonly topology: Topology
  readonly supervisor: Supervisor
  readonly connection: Connection
}

/** What of the API's objects is read here. */
interface ObjectView {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

const NOWHERE = { store: false, controllers: false, scheduler: false }

/** Everything at once; parts that do not answer are told as such. */
export async function collectStatus(
  parts: StatusParts,
  { signal }: { signal: AbortSignal },
): Promise<ClusterStatus> {
  const { topology } = parts
  const masters = await Promise.all(
    topology.masters.map((master) => masterStatus(master, parts, signal)),
  )
  const healthy = masters.some(({ api }) => api.healthy)
  const list = async (path: string): Promise<readonly ObjectView[]> => {
    if (!healthy) return []
    const answer = await parts.connection.api('GET', path, { signal }).catch(() => undefined)
    if (answer?.status !== 200) return []
    return (answer.body as { items: readonly ObjectView[] }).items
  }
  const [nodeObjects, pods, services] = await Promise.all([
    list('/api/v1/nodes'),
    list('/api/v1/pods?fieldSelector=status.phase!=Succeeded,status.phase!=Failed'),
    list('/api/v1/services'),
  ])
  const nodes = await Promise.all(
    topology.nodes.map(async ({ name }): Promise<NodeStatus> => {
      const object = nodeObjects.find(({ metadata }) => metadata.name === name)
      const pid = (await parts.supervisor.running(name))?.pid ?? 0
      const isReady = object?.status?.conditions?.some(
        (c) => c.type === 'Ready' && c.status === 'True',
      )
      const bound = pods.filter(({ spec }) => spec?.nodeName === name)
      return { name, pid, ready: pid !== 0 && isReady === true, pods: bound.length }
    }),
  )
  return { masters, nodes, notes: services.flatMap(remapped) }
}

async function masterStatus(
  master: MasterTopology,
  { supervisor, connection }: StatusParts,
  signal: AbortSignal,
): Promise<MasterStatus> {
  const { name } = master
  const pid = (await supervisor.running(name))?.pid ?? 0
  const report = pid === 0 ? undefined : await connection.masterReport(master, signal)
  return {
    name,
    pid,
    state: pid === 0 ? 'stopped' : report ? 'running' : 'unresponsive',
    raft: report?.raft ?? null,
    leads: report?.leads ?? NOWHERE,
    api: { endpoint: apiEndpoint(master), healthy: report?.healthy ?? false },
  }
}

/** The proxy says so on a Service when it may not bind the port that was asked for. */
function remapped({ metadata }: ObjectView): string[] {
  const ports = metadata.annotations?.['navarch.dev/remapped-ports']
  if (!ports) return []
  const service = `${metadata.namespace}/${metadata.name}`
  return [`Service ${service}: ports below 1024 need privileges, served instead on ${ports}`]
}
