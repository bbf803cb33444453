import { hasReason } from '../../../base/index.ts'
import type { APIService } from '../../../api/index.ts'
import { systemCall } from '../bootstrap/system-call.ts'
import { createObject } from '../registry/create.ts'
import { keyOf, type Store } from '../registry/store.ts'
import { LOCAL, setAvailable } from './condition.ts'

/** Ranks of the groups that every API server has, of the versions in them below. */
const GROUP_RANK: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'resource.k8s.io': 15_900,
}
const VERSION_RANK = 15
const OTHER_VERSION_RANK: Readonly<Record<string, number>> = {
  'v1.': 1,
  'v2.autoscaling': 30,
  'v1.flowcontrol.apiserver.k8s.io': 21,
}

/** Makes the APIServices of the versions that are served here, as far as they are missing. */
export async function ensureLocalServices(
  store: Store,
  versions: Iterable<{ group: string; version: string }>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const objects = new Map<string, APIService>()
  for (const { group, version } of versions) {
    const groupPriorityMinimum = GROUP_RANK[group]
    // Of this server's own groups none; of metrics, whoever brings a server for it.
    if (groupPriorityMinimum === undefined) continue
    const name = `${version}.${group}`
    const versionPriority = OTHER_VERSION_RANK[name] ?? VERSION_RANK
    const labels = { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' }
    objects.set(name, {
      metadata: { name, labels },
      spec: { ...(group && { group }), version, groupPriorityMinimum, versionPriority },
      status: {},
    })
  }
  await Promise.all([...objects.values()].map((object) => ensure(store, object, signal)))
}

async function ensure(store: Store, object: APIService, signal: AbortSignal): Promise<void> {
  const call = systemCall('', signal)
  const { name = '' } = object.metadata
  if (store.cache.get(keyOf(store, call, name))) return
  store.resource.strategy.applyDefaults(object)
  try {
    await createObject(store, call, object)
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error
    return
  }
  await setAvailable(store, { name, verdict: LOCAL, signal })
}
