import { assertNever } from '../src/base/index.ts'
import {
  type CallContext,
  type ClusterControl,
  type RestoreReport,
  UserError,
} from '../src/cli/index.ts'
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

interface DrillParts extends LifecycleParts {
  readonly topology: Topology
  /** What a command in a hint needs to mean this cluster. */
  readonly dataDirFlag: string
}

/** What an end in the middle leaves. */
type Stage = 'running' | 'stopping' | 'removed' | 'restored' | 'started'

/** Saves, removes the cluster, restores, starts it, and compares every object by name and UID. */
export async function drillRestore(
  cluster: ClusterControl,
  parts: DrillParts,
  context: CallContext,
): Promise<RestoreReport> {
  const { clock, disk, layout, topology, dataDirFlag } = parts
  const { signal, progress } = context
  // Beside the data folder, which is removed.
  const file = `${layout.root}-drill.backup`
  let stage: Stage = 'running'
  try {
    progress('Reading every object ...')
    const before = uidsOf(staying(await objectsOf(parts, topology, signal)))
    progress('Saving the backup ...')
    const started = clock.monotonicMs()
    const info = await cluster.backupSave(file, context)
    const savedMs = clock.monotonicMs() - started
    progress('Removing the cluster ...')
    stage = 'stopping'
    await cluster.down({ purge: true }, context)
    progress('Restoring ...')
    stage = 'removed'
    const restoring = clock.monotonicMs()
    await cluster.backupRestore(file, context)
    stage = 'restored'
    await cluster.up({}, context)
    stage = 'started'
    const restoredMs = clock.monotonicMs() - restoring
    const text = Buffer.from(await disk.readFile(layout.topology)).toString()
    const after = uidsOf(await objectsOf(parts, JSON.parse(text) as Topology, signal))
    const { revision } = info
    const report = { objects: before.size, revision, savedMs, restoredMs }
    await disk.remove(file)
    return { ...report, ...differences(before, after) }
  } catch (error) {
    const left = leftBehind(stage, { file, dataDirFlag })
    if (left !== '') progress(`${signal.aborted ? 'interrupted' : 'failed'}: ${left}`)
    throw error
  }
}

/** What a user has to know of a drill that ended early. Pure. */
export function leftBehind(
  stage: Stage,
  { file, dataDirFlag }: { file: string; dataDirFlag: string },
): string {
  switch (stage) {
    case 'running':
      return ''
    case 'stopping':
      return `the cluster may be stopped: \`navarch up${dataDirFlag}\` starts it; its backup ${file} is left`
    case 'removed':
      return `the data is in ${file}; \`navarch backup restore ${file}${dataDirFlag}\` brings it back`
    case 'restored':
      return `the cluster is restored and stopped: \`navarch up${dataDirFlag}\` starts it; its backup ${file} is left`
    case 'started':
      return `the cluster is restored and runs; its backup ${file} is left`
    default:
      return assertNever(stage)
  }
}

function differences(before: Map<string, string>, after: Map<string, string>) {
  const missing = [...before.keys()].filter((name) => !after.has(name))
  const changedUids = [...before].flatMap(([name, uid]) => {
    const now = after.get(name)
    return now !== undefined && now !== uid ? [name] : []
  })
  return { missing, changedUids }
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
      if (answer.status !== 200) {
        throw new UserError(`${path} could not be listed: HTTP ${answer.status}`)
      }
      const { items } = answer.body as { items: readonly ObjectView[] }
      for (const { metadata } of items) objects.push({ path, metadata })
    }
    return objects
  })
}

interface Groups {
  readonly groups: readonly {
    readonly name: string
    readonly preferredVersion: { readonly groupVersion: string }
  }[]
}

interface ApiServices {
  readonly items?: readonly {
    readonly spec: { readonly group?: string; readonly service?: object }
  }[]
}

/** Groups whose objects are not in the store: computed, or served by others. Pure. */
export function storedRoots({ groups }: Groups, { items = [] }: ApiServices): string[] {
  const elsewhere = new Set(['metrics.k8s.io'])
  for (const { spec } of items) if (spec.service) elsewhere.add(spec.group ?? '')
  const stored = groups.filter(({ name }) => !elsewhere.has(name))
  return ['/api/v1', ...stored.map((group) => `/apis/${group.preferredVersion.groupVersion}`)]
}

/** Every resource that is stored and can be listed, by discovery. */
async function listPaths(connection: Connection, signal: AbortSignal): Promise<string[]> {
  const get = async (path: string) => (await connection.api('GET', path, { signal })).body
  const services = await get('/apis/apiregistration.k8s.io/v1/apiservices')
  const paths: string[] = []
  for (const root of storedRoots((await get('/apis')) as Groups, services as ApiServices)) {
    const { resources } = (await get(root)) as ResourceList
    for (const { name, verbs } of resources) {
      if (verbs.includes('list') && !PASSING.has(name)) paths.push(`${root}/${name}`)
    }
  }
  return paths
}
