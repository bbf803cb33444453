import type { KubeObject } from '../../../api/index.ts'
import { AdmissionAttributes } from '../admission/attributes.ts'
import { admitWhole } from '../admission/chain.ts'
import { callOf, type Exchange } from '../exchange.ts'
import { optionsObject } from '../options.ts'
import type { Store, WriteCall } from '../registry/store.ts'

/** Asks admission about an object of another kind that a sub-resource takes. */
export async function admitSubresource(
  store: Store,
  call: WriteCall,
  of: {
    name: string
    subresource: string
    group: string
    version: string
    kind: string
    object: KubeObject
    /** There when it is an UPDATE; else it is a CREATE. */
    old?: KubeObject
  },
): Promise<void> {
  const { name, subresource, group, version, kind, object, old } = of
  const attributes = new AdmissionAttributes(call, {
    operation: old ? 'UPDATE' : 'CREATE',
    resource: store.resource,
    subresource,
    namespace: call.namespace,
    name,
    kind: { group, version, kind },
    object,
    ...(old && { old }),
    options: optionsObject(old ? 'UpdateOptions' : 'CreateOptions', call.options),
    dryRun: call.options.dryRun,
  })
  await admitWhole(store.admission, attributes)
}

const LISTS = new Set(['command', 'ports'])
const FLAGS = new Set(['stdin', 'stdout', 'stderr', 'tty'])

/**
 * Asks admission about a connection (`exec`, `attach`, `portforward`, `proxy`). Its object is the
 * kind that discovery names for the sub-resource, filled from the query.
 */
export async function admitConnect(store: Store, exchange: Exchange): Promise<void> {
  const { at, query } = exchange
  const info = store.resource.subresources[at.subresource]
  if (!info) return
  const { version, kind } = info
  const object: Record<string, unknown> = { kind, apiVersion: version }
  for (const key of new Set(query.keys())) {
    const values = query.getAll(key)
    if (key === 'ports') object[key] = values.flatMap((v) => v.split(',').map(Number))
    else if (LISTS.has(key)) object[key] = values
    else if (FLAGS.has(key)) object[key] = ['', '1', 'true'].includes(values[0] ?? '')
    else object[key] = values[0]
  }
  if (at.subresource === 'proxy') object['path'] = at.rest
  const attributes = new AdmissionAttributes(callOf(exchange, store.resource.namespaced), {
    operation: 'CONNECT',
    resource: store.resource,
    subresource: at.subresource,
    namespace: at.namespace,
    name: at.name,
    kind: { group: info.group, version, kind },
    object: { metadata: {}, ...object },
    dryRun: false,
  })
  await admitWhole(store.admission, attributes)
}
