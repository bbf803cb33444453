import { type APIService, type GroupVersion, localRank, type Rank } from '../../../api/index.ts'
import { createMissing } from '../bootstrap/create-missing.ts'
import type { Store } from '../registry/store.ts'
import { LOCAL, setAvailable } from './condition.ts'

/** Who keeps an APIService. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged'

/** Makes the APIServices of the versions that are served here, as far as they are missing. */
export async function ensureLocalServices(
  store: Store,
  versions: Iterable<GroupVersion>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const objects = new Map<string, APIService>()
  for (const { group, version } of versions) {
    const rank = localRank({ group, version })
    // Of this server's own groups none; of metrics, whoever brings a server for it.
    if (!rank) continue
    const object = localService({ group, version }, rank, 'onstart')
    objects.set(object.metadata.name ?? '', object)
  }
  await Promise.all([...objects.values()].map((object) => ensureService(store, object, signal)))
}

/** An APIService that is kept here: from the start on (`onstart`), or always (`true`). */
export function localService(
  { group, version }: GroupVersion,
  rank: Rank,
  automanaged: 'onstart' | 'true',
): APIService {
  const labels = { [AUTOMANAGED]: automanaged }
  return {
    metadata: { name: `${version}.${group}`, labels },
    spec: { ...(group && { group }), version, ...rank },
    status: {},
  }
}

/** Makes an APIService that is served here, unless there is one of its name. */
export async function ensureService(
  store: Store,
  object: APIService,
  signal: AbortSignal,
): Promise<void> {
  const { name = '' } = object.metadata
  const isNew = await createMissing(store, object, { signal })
  if (isNew) await setAvailable(store, { name, verdict: LOCAL, signal })
}
