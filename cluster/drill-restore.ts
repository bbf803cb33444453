import type { CallContext, ClusterControl, RestoreReport } from '../src/cli/index.ts'
import type { Connection } from './connection.ts'
import { type LifecycleParts, withConnection } from './lifecycle.ts'
import type { Topology } from './topology.ts'

interface ObjectView {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly deletionTimestamp?: string
  }
}

interface ResourceList {
  readonly groupVersion: string
  readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[]
}

/** These come and go by themselves: nodes renew, controllers tell. */
const PASSING = new Set(['events', 'leases', 'endpoints', 'endpointslices'])

/** Saves, removes the cluster, restores, starts it, and compares every object by name and UID. */
export async function drillRestore(
  cluster: ClusterControl,
  parts: LifecycleParts & { readonly topology: Topology },
  context: CallContext,
): Promise<RestoreReport> {
  const { clock, disk, layout, topology } = parts
  const { signal, progress } = context
  // Beside the data folder, which is removed.
  const file = `${layout.root}-drill.backup`
  progress('Reading every object ...')
  const before = uidsOf(staying(await objectsOf(parts, topology, signal)))
  progress('Saving the backup ...')
  const started = clock.monotonicMs()
  const info = await cluster.backupSave(file, context)
  const savedMs = clock.monotonicMs() - started
  progress('Removing the cluster ...')
  await cluster.down({ purge: true }, context)
  progress('Restoring ...')
  const restoring = clock.monotonicMs()
  await cluster.backupRestore(file, context)
  await cluster.up({}, context)
  const restoredMs = clock.monotonicMs() - restoring
  const text = Buffer.from(await disk.readFile(layout.topology)).toString()
  const after = uidsOf(await objectsOf(parts, JSON.parse(text) as Topology, signal))
  await disk.remove(file)
  const missing = [...before.keys()].filter((name) => !after.has(name))
  const changedUids = [...before].flatMap(([name, uid]) => {
    const now = after.get(name)
    return now !== undefined && now !== uid ? [name] : []
  })
  const objects = before.size
  return { objects, missing, changedUids, revision: info.revision, savedMs, restoredMs }
}

interface Listed extends ObjectView {
  readonly path: string
}

/** Without what is being deleted, itself or with its namespace: that may be gone any moment. */
function staying(objects: readonly Listed[]): readonly Listed[] {
  const going = objects.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
  const namespaces = new Set(
    going.filter(({ path }) => path === '/api/v1/namespaces').map(({ metadata }) => metadata.name),
  )
  return objects.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined && !namespaces.has(metadata.namespace ?? ''),
  )
}

/** By resource, namespace and name. */
function uidsOf(objects: readonly Listed[]): Map<string, string> {
  return new Map(
    objects.map(({ path, metadata }) => [
      `${path} ${metadata.namespace ?? ''}/${metadata.name}`,
      metadata.uid,
    ]),
  )
}

async function objectsOf(
  parts: LifecycleParts,
  topology: Topology,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  return withConnection(parts, topology, async ({ connection }) => {
    const objects: Listed[] = []
    for (const path of await listPaths(connection, signal)) {
      const answer = await connection.api('GET', path, { signal, timeoutMs: 30_000 })
      const { items } = answer.body as { items: readonly ObjectView[] }
      for (const { metadata } of items) objects.push({ path, metadata })
    }
    return objects
  })
}

/** Every resource that can be listed, by discovery. */
async function listPaths(connection: Connection, signal: AbortSignal): Promise<string[]> {
  const get = async (path: string) => (await connection.api('GET', path, { signal })).body
  const { groups } = (await get('/apis')) as {
    groups: readonly { preferredVersion: { groupVersion: string } }[]
  }
  const roots = ['/api/v1', ...groups.map((g) => `/apis/${g.preferredVersion.groupVersion}`)]
  const paths: string[] = []
  for (const root of roots) {
    const { resources } = (await get(root)) as ResourceList
    for (const { name, verbs } of resources) {
      if (verbs.includes('list') && !PASSING.has(name)) paths.push(`${root}/${name}`)
    }
  }
  return paths
}
