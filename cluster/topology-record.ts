import type { BackendEntry } from '../src/store/index.ts'
import { mvccpb } from '../src/gen/etcd.js'
import type { Connection } from './connection.ts'
import { parseTopology, type Topology } from './topology.ts'

const NAMESPACE = 'kube-system'
const NAME = 'navarch-cluster'
const KEY = `/registry/configmaps/${NAMESPACE}/${NAME}`

/**
 * Keeps the topology in the cluster itself, as a ConfigMap: a backup then tells which addresses its
 * Services and pods had.
 */
export async function recordTopology(
  topology: Topology,
  { connection, signal }: { connection: Connection; signal: AbortSignal },
): Promise<void> {
  const url = `/api/v1/namespaces/${NAMESPACE}/configmaps`
  const topologyText = JSON.stringify(topology)
  const found = await connection.api('GET', `${url}/${NAME}`, { signal })
  if (found.status === 200) {
    const { data } = found.body as { data?: Record<string, string> }
    if (data?.['topology'] === topologyText) return
    const body = { data: { topology: topologyText } }
    const contentType = 'application/merge-patch+json'
    await connection.api('PATCH', `${url}/${NAME}`, { body, contentType, signal })
    return
  }
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: NAME, namespace: NAMESPACE },
    data: { topology: topologyText },
  }
  await connection.api('POST', url, { body, signal })
}

/** The newest record among a backup's entries; undefined in a backup of another cluster. */
export async function topologyIn(
  entries: AsyncIterable<BackendEntry>,
): Promise<Topology | undefined> {
  let newest: Topology | undefined
  for await (const { bucket, value } of entries) {
    if (bucket !== 'key') continue
    const change = mvccpb.KeyValue.decode(value)
    if (Buffer.from(change.key).toString() !== KEY || change.value.length === 0) continue
    const object = JSON.parse(Buffer.from(change.value).toString()) as {
      data?: Record<string, string>
    }
    const text = object.data?.['topology']
    if (text !== undefined) newest = parseTopology(text, KEY)
  }
  return newest
}
