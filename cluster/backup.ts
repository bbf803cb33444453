import { dirname } from 'node:path'
import { type Disk, DiskError, type GrpcClient, type Log, type Clock } from '../src/base/index.ts'
import { type BackupInfo, UserError } from '../src/cli/index.ts'
import { etcdserverpb as pb } from '../src/gen/etcd.js'
import { grpcClient, levelEngines, type TlsOptions } from '../src/platform/index.ts'
import {
  receiveSnapshot,
  SnapshotFile,
  SnapshotFileError,
  type SnapshotStatus,
} from '../src/store/backup/index.ts'
import { clusterIdentity, restoreSnapshot } from '../src/store/index.ts'
import type { Layout } from './layout.ts'
import { clientEndpoint, initialMembers, type Topology } from './topology.ts'
import { topologyIn } from './topology-record.ts'

/** Saves the store of a running cluster, over etcd's own call. */
export async function saveBackup(
  path: string,
  parts: {
    disk: Disk
    topology: Topology
    tls: TlsOptions
    signal: AbortSignal
    progress: (line: string) => void
  },
): Promise<BackupInfo> {
  const client = grpcClient({
    endpoints: parts.topology.masters.map(clientEndpoint),
    tls: parts.tls,
  })
  try {
    const chunks = told(snapshotChunks(client, parts.signal), parts.progress)
    const folder = dirname(path)
    if (!(await parts.disk.stat(folder))) throw new UserError(`${folder}: no such folder`)
    return infoOf(await readable(path, receiveSnapshot({ disk: parts.disk, path, chunks })))
  } finally {
    await client.close()
  }
}

async function* snapshotChunks(
  client: GrpcClient,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const request = pb.SnapshotRequest.encode({}).finish()
  const requests = (async function* () {
    yield request
  })()
  const path = '/etcdserverpb.Maintenance/Snapshot'
  for await (const message of client.stream(path, requests, { signal })) {
    yield pb.SnapshotResponse.decode(message).blob
  }
}

const TELL_BYTES = 64 * 2 ** 20

/** Says now and then how much there is so far. */
async function* told(
  chunks: AsyncIterable<Uint8Array>,
  progress: (line: string) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  let toldBytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes - toldBytes >= TELL_BYTES) {
      toldBytes = bytes
      progress(`${Math.floor(bytes / 2 ** 20)} MiB ...`)
    }
    yield chunk
  }
}

/** Checks a backup. Throws `UserError` when it is none, was cut or altered. */
export async function backupStatus(path: string, disk: Disk): Promise<BackupInfo> {
  const snapshot = await readable(path, SnapshotFile.open(disk, path))
  await snapshot.close()
  return infoOf(snapshot.status)
}

/** The topology that a cluster had when it was saved, for the one that is made from the backup. */
export async function backupTopology(path: string, disk: Disk): Promise<Topology | undefined> {
  const snapshot = await readable(path, SnapshotFile.open(disk, path))
  try {
    return await topologyIn(snapshot.entries())
  } finally {
    await snapshot.close()
  }
}

/** Makes the data folders of all members of a new cluster. */
export async function restoreBackup(
  path: string,
  parts: {
    disk: Disk
    clock: Clock
    log: Log
    layout: Layout
    topology: Topology
    signal: AbortSignal
    progress: (line: string) => void
  },
): Promise<BackupInfo> {
  const { disk, clock, log, layout, topology, signal, progress } = parts
  const { clusterToken } = topology
  const cluster = clusterIdentity({ clusterToken, members: initialMembers(topology) })
  let status: SnapshotStatus | undefined
  const made: string[] = []
  try {
    for (const { name } of topology.masters) {
      signal.throwIfAborted()
      progress(`Restoring ${name} ...`)
      const dataFolder = layout.dataOf(name)
      const member = { path, cluster, name, dataFolder, disk, openEngine: levelEngines(), signal }
      status = await readable(path, restoreSnapshot({ ...member, clock, log }))
      made.push(dataFolder)
    }
  } catch (error) {
    // A cluster that is there in part would be none.
    for (const dataFolder of made) await disk.remove(dataFolder)
    throw error
  }
  if (!status) throw new UserError('the cluster has no masters')
  return infoOf(status)
}

function infoOf(status: SnapshotStatus): BackupInfo {
  return {
    revision: status.revision,
    // etcdctl counts every entry, history included.
    totalKey: status.entries,
    totalSize: status.sizeBytes,
    hash: (status.hash >>> 0).toString(16),
  }
}

/** A file that cannot be used is the user's to mend. */
async function readable<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof SnapshotFileError) throw new UserError(error.message, { cause: error })
    if (error instanceof DiskError && error.code === 'not-found') {
      throw new UserError(`${path}: no such file`, { cause: error })
    }
    throw error
  }
}
