import type { DeepReadonly } from '../../base/index.ts'
import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  Secret,
  Volume,
  VolumeProjection,
} from '../../api/index.ts'
import { type DownwardFacts, fieldValue, resourceValue } from './downward.ts'
import { ConfigError, type ObjectSource } from './environment.ts'
import type { PodView } from './pod-words.ts'
import { tokenKey } from './service-account-tokens.ts'

export interface VolumeFile {
  /** Relative, with `/`. */
  readonly path: string
  readonly data: Uint8Array
  readonly mode: number
}

/** What a volume is on disk. */
export type VolumeContent =
  /** A folder that the containers fill. */
  | { readonly kind: 'empty' }
  /** `isLocal`: of a volume of the node, which is not made. */
  | { readonly kind: 'host'; readonly path: string; readonly type: string; readonly isLocal?: true }
  /** Files that the kubelet keeps up to date. */
  | { readonly kind: 'files'; readonly files: readonly VolumeFile[] }
  | { readonly kind: 'unsupported'; readonly source: string }

const DEFAULT_MODE = 0o644

interface Context {
  readonly pod: PodView
  readonly source: ObjectSource
  readonly facts: DownwardFacts
}

/** What `volume` holds now. Pure; throws `ConfigError` when an object it names is missing. */
export function volumeContent(volume: DeepReadonly<Volume>, context: Context): VolumeContent {
  if (volume.emptyDir) return { kind: 'empty' }
  if (volume.hostPath) {
    return { kind: 'host', path: volume.hostPath.path, type: volume.hostPath.type ?? '' }
  }
  if (volume.configMap) {
    const { defaultMode = DEFAULT_MODE } = volume.configMap
    return { kind: 'files', files: configMapFiles(volume.configMap, defaultMode, context) }
  }
  if (volume.secret) {
    const { secretName, defaultMode = DEFAULT_MODE } = volume.secret
    const named = { ...volume.secret, name: secretName }
    return { kind: 'files', files: secretFiles(named, defaultMode, context) }
  }
  if (volume.downwardAPI) {
    const { items = [], defaultMode = DEFAULT_MODE } = volume.downwardAPI
    return { kind: 'files', files: downwardFiles(items, defaultMode, context) }
  }
  if (volume.projected) {
    const { sources = [], defaultMode = DEFAULT_MODE } = volume.projected
    const files = sources.flatMap((s) => projectedFiles(s, defaultMode, context))
    // Of two sources with one path the later wins.
    return { kind: 'files', files: [...new Map(files.map((f) => [f.path, f])).values()] }
  }
  const claim = claimNameOf(volume, context.pod)
  if (claim !== undefined) return claimedContent(claim, context)
  const source = Object.keys(volume).find((key) => key !== 'name')
  return source === undefined ? { kind: 'empty' } : { kind: 'unsupported', source }
}

/** The claim that a volume stands for; that of an ephemeral volume bears the pod's name. */
function claimNameOf(volume: DeepReadonly<Volume>, pod: PodView): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName
  return volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined
}

function claimedContent(claim: string, { source }: Context): VolumeContent {
  const volume = source.claimedVolume(claim)
  if (!volume) throw new ConfigError(`persistentvolumeclaim "${claim}" not found or not bound`)
  const { hostPath, local } = volume.spec
  if (hostPath) return { kind: 'host', path: hostPath.path, type: hostPath.type ?? '' }
  if (local) return { kind: 'host', path: local.path, type: '', isLocal: true }
  const common = ['capacity', 'accessModes', 'claimRef', 'nodeAffinity', 'mountOptions']
  const kind = Object.entries(volume.spec).find(
    ([key, value]) => typeof value === 'object' && !common.includes(key),
  )
  return { kind: 'unsupported', source: kind?.[0] ?? 'persistentVolumeClaim' }
}

/** Names of the ConfigMaps, Secrets and claims that a pod's containers and volumes refer to. */
export function referencedObjects(pod: PodView): {
  configMaps: Set<string>
  secrets: Set<string>
  claims: Set<string>
} {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  const claims = new Set<string>()
  const add = (set: Set<string>, name: string | undefined) => name && set.add(name)
  for (const volume of pod.spec.volumes ?? []) {
    add(configMaps, volume.configMap?.name)
    add(secrets, volume.secret?.secretName)
    add(claims, claimNameOf(volume, pod))
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name)
      add(secrets, source.secret?.name)
    }
  }
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    for (const from of container.envFrom ?? []) {
      add(configMaps, from.configMapRef?.name)
      add(secrets, from.secretRef?.name)
    }
    for (const variable of container.env ?? []) {
      add(configMaps, variable.valueFrom?.configMapKeyRef?.name)
      add(secrets, variable.valueFrom?.secretKeyRef?.name)
    }
  }
  return { configMaps, secrets, claims }
}

interface Selection {
  readonly name?: string
  readonly items?: readonly DeepReadonly<KeyToPath>[]
  readonly optional?: boolean
}

function configMapFiles(selection: Selection, mode: number, context: Context): VolumeFile[] {
  const name = selection.name ?? ''
  const object: DeepReadonly<ConfigMap> | undefined = context.source.configMap(name)
  if (!object && !selection.optional) throw new ConfigError(`configmap "${name}" not found`)
  const payload = new Map<string, Uint8Array>()
  for (const [k, v] of Object.entries(object?.data ?? {})) payload.set(k, Buffer.from(v))
  for (const [k, v] of Object.entries(object?.binaryData ?? {})) {
    payload.set(k, Buffer.from(v, 'base64'))
  }
  return select(payload, selection, mode, 'configmap')
}

function secretFiles(selection: Selection, mode: number, context: Context): VolumeFile[] {
  const name = selection.name ?? ''
  const object: DeepReadonly<Secret> | undefined = context.source.secret(name)
  if (!object && !selection.optional) throw new ConfigError(`secret "${name}" not found`)
  const payload = new Map<string, Uint8Array>()
  for (const [k, v] of Object.entries(object?.data ?? {})) payload.set(k, Buffer.from(v, 'base64'))
  return select(payload, selection, mode, 'secret')
}

function select(
  payload: ReadonlyMap<string, Uint8Array>,
  selection: Selection,
  mode: number,
  kind: string,
): VolumeFile[] {
  const { items } = selection
  if (!items || items.length === 0) {
    return [...payload].map(([path, data]) => ({ path, data, mode }))
  }
  const files: VolumeFile[] = []
  for (const item of items) {
    const data = payload.get(item.key)
    if (data) files.push({ path: item.path, data, mode: item.mode ?? mode })
    else if (!selection.optional) {
      throw new ConfigError(`${kind} references non-existent ${kind} key: ${item.key}`)
    }
  }
  return files
}

function downwardFiles(
  items: readonly DeepReadonly<DownwardAPIVolumeFile>[],
  mode: number,
  { pod, facts }: Context,
): VolumeFile[] {
  return items.map((item) => {
    const text = item.fieldRef
      ? fieldValue(pod, item.fieldRef, facts)
      : item.resourceFieldRef
        ? resourceValue(pod, item.resourceFieldRef, undefined, facts)
        : ''
    return { path: item.path, data: Buffer.from(text), mode: item.mode ?? mode }
  })
}

function projectedFiles(
  source: DeepReadonly<VolumeProjection>,
  mode: number,
  context: Context,
): VolumeFile[] {
  if (source.configMap) return configMapFiles(source.configMap, mode, context)
  if (source.secret) return secretFiles(source.secret, mode, context)
  if (source.downwardAPI) return downwardFiles(source.downwardAPI.items ?? [], mode, context)
  const wish = source.serviceAccountToken
  if (!wish) return []
  const token = context.source.token(tokenKey(wish))
  if (token === undefined) throw new ConfigError('the token of the service account is not there')
  return [{ path: wish.path, data: Buffer.from(token), mode }]
}
