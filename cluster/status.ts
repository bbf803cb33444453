import type { ClusterStatus, MasterStatus, NodeStatus } from '../src/cli/index.ts'
import type { Connection } from './connection.ts'
import type { Supervisor } from './supervisor.ts'
import { apiEndpoint, hollowNames, type MasterTopology, type Topology } from './topology.ts'

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
  readonly spec?: { readonly nodeName?: string; readonly holderIdentity?: string }
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
  const claims = await Promise.all(
    topology.masters.map((master) => masterStatus(master, parts, signal)),
  )
  const healthy = claims.some(({ api }) => api.healthy)
  const list = async (path: string): Promise<readonly ObjectView[] | undefined> => {
    if (!healthy) return undefined
    const answer = await parts.connection.api('GET', path, { signal }).catch(() => undefined)
    if (answer?.status !== 200) return undefined
    return (answer.body as { items: readonly ObjectView[] }).items
  }
  const [nodeObjects, pods, services, leases] = await Promise.all([
    list('/api/v1/nodes'),
    list('/api/v1/pods?fieldSelector=status.phase!=Succeeded,status.phase!=Failed'),
    list('/api/v1/services'),
    list('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'),
  ])
  const nodes = await Promise.all(
    topology.nodes.map(async ({ name }): Promise<NodeStatus> => {
      const object = nodeObjects?.find(({ metadata }) => metadata.name === name)
      const pid = (await parts.supervisor.running(name))?.pid ?? 0
      const isReady = object?.status?.conditions?.some(
        (c) => c.type === 'Ready' && c.status === 'True',
      )
      const bound = pods?.filter(({ spec }) => spec?.nodeName === name).length ?? 0
      const known = nodeObjects !== undefined && pods !== undefined
      return { name, pid, ready: pid !== 0 && isReady === true, pods: bound, known }
    }),
  )
  const masters = claims.map((master) => ({ ...master, leads: confirmed(master, leases ?? []) }))
  const notes = [
    ...withoutQuorum(masters),
    ...hollowNodes(topology, nodeObjects),
    ...(services ?? []).flatMap(remapped),
  ]
  return { masters, nodes, notes }
}

function hollowNodes({ hollow }: Topology, objects: readonly ObjectView[] = []): string[] {
  if (!hollow) return []
  const names = new Set(hollowNames(hollow))
  const ready = objects.filter(({ metadata, status }) => {
    const isReady = status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
    return isReady === true && names.has(metadata.name)
  })
  return [`hollow nodes: ${ready.length} of ${hollow.nodes} are ready`]
}

/** A master may believe that it leads until its lease ends: the Lease's holder decides. */
function confirmed(
  { name, leads }: MasterStatus,
  leases: readonly ObjectView[],
): MasterStatus['leads'] {
  const holds = (component: string) => {
    const lease = leases.find(({ metadata }) => metadata.name === component)
    // Identities are a master's name and a random part.
    return lease?.spec?.holderIdentity?.startsWith(`${name}_`) === true
  }
  return {
    store: leads.store,
    controllers: leads.controllers && holds('kube-controller-manager'),
    scheduler: leads.scheduler && holds('kube-scheduler'),
  }
}

function withoutQuorum(masters: readonly MasterStatus[]): string[] {
  if (masters.some(({ api }) => api.healthy)) return []
  const running = masters.filter(({ state }) => state === 'running').length
  const what = `${running} of ${masters.length} masters ${running === 1 ? 'runs' : 'run'}`
  const unknown = 'nodes and pods are unknown'
  if (running * 2 > masters.length) return [`no master is ready yet: ${what}; ${unknown}`]
  const others = masters.filter(({ state }) => state !== 'running')
  const names = others.map(({ name }) => name).join(', ')
  const needed = Math.floor(masters.length / 2) + 1 - running
  const count = needed === others.length ? '' : needed === 1 ? 'one of ' : `${needed} of `
  return [`no quorum: ${what}; start ${count}${names}; until then ${unknown}`]
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
