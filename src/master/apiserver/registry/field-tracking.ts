import {
  apiVersionOf,
  applyTo,
  type Applied,
  decodeJson,
  decodeManagers,
  type FieldSet,
  type JsonObject,
  type KubeObject,
  managedAfterUpdate,
  type ManagedFieldsEntry,
  resetFieldsOf,
  sameJson,
  type Resource,
  singleVersion,
  structType,
  toJsonValue,
  type Versions,
  UntypedItem,
  type Writer,
} from '../../../api/index.ts'
import { StatusError } from '../../../base/index.ts'
import type { Call, Conversion } from './store.ts'
import { timestamp } from './time.ts'

/**
 * How the objects of a resource are seen by server-side apply: as JSON, in versions with a type.
 * Declared resources have it from their struct; custom ones from their schema.
 */
export interface FieldTracking {
  readonly apiVersion: string
  readonly versions: Versions
  /** Converts between versions where only a webhook can. */
  readonly convert?: Conversion['convert'] | undefined
  /** As it is served. */
  toJson(object: KubeObject): JsonObject
  /** Decoded, without defaults. */
  fromJson(value: JsonObject): KubeObject
  /** What an object is before anything is set. */
  readonly empty: JsonObject
  /** Its objects say nothing of their writers. */
  readonly off?: boolean
  /** What writing through a sub-resource (empty: the object itself) leaves as it is. */
  resetFields(subresource: string): FieldSet
}

type Declared = Pick<
  Resource,
  'group' | 'version' | 'kind' | 'plural' | 'hasStatus' | 'struct' | 'storedAs'
>

/** `family`: all resources that show the same objects, in one version each. */
export function declaredTracking(
  resource: Declared,
  family: readonly Declared[] = [resource],
): FieldTracking {
  const apiVersion = apiVersionOf(resource)
  return {
    apiVersion,
    versions:
      family.length > 1
        ? familyVersions(family)
        : singleVersion(apiVersion, structType(resource.struct)),
    toJson: (object) => toJson(resource, object),
    fromJson: (value) => decodeJson<KubeObject>(resource.struct, value),
    empty: bareJson(resource, { metadata: {} }),
    resetFields: (subresource) => resetFieldsOf(resource, subresource),
    off: UNTRACKED.has(resource.plural),
  }
}

/** Upstream takes the bytes of a request for a list, fails, and notes nobody. */
const UNTRACKED: ReadonlySet<string> = new Set(['certificatesigningrequests'])

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

function bareJson(resource: Declared, object: KubeObject): JsonObject {
  const { struct, kind } = resource
  const value = { ...toJsonValue(struct, object), kind, apiVersion: apiVersionOf(resource) }
  return value as JsonObject
}

function toJson(resource: Declared, object: KubeObject): JsonObject {
  const { kind } = resource
  const json = bareJson(resource, object)
  // Upstream keeps the number apart, and writes it wherever a DaemonSet is shown.
  if (kind === 'DaemonSet' && resource.group === 'apps') {
    const { annotations } = json.metadata ?? {}
    json.metadata = {
      ...json.metadata,
      annotations: { [TEMPLATE_GENERATION]: '0', ...annotations },
    }
  }
  return json
}

function familyVersions(family: readonly Declared[]): Versions {
  const byVersion = new Map(family.map((one) => [apiVersionOf(one), one]))
  return {
    typeOf(version) {
      const one = byVersion.get(version)
      return one && structType(one.struct)
    },
    convert({ apiVersion, value }, version) {
      const from = byVersion.get(apiVersion)
      const to = byVersion.get(version)
      if (!from || !to) return value
      const object = decodeJson<KubeObject>(from.struct, value)
      const stored = from.storedAs ? from.storedAs.toStored(object) : object
      return toJson(to, to.storedAs ? to.storedAs.fromStored(stored) : stored)
    },
  }
}

/** Names are cut after so many bytes. */
const MANAGER_BYTES_MAX = 128
const PRINTABLE = /^[ -~]*$/

/** Who writes: the field manager that was named, else the program by its user agent. */
export function managerOf(fieldManager: string, userAgent: string): string {
  if (fieldManager !== '') return fieldManager
  const program = userAgent.split('/', 1)[0] ?? ''
  if (program.length <= MANAGER_BYTES_MAX && PRINTABLE.test(program)) return program
  let name = ''
  for (const character of program) {
    if (/\p{C}|\p{Z}/u.test(character) && character !== ' ') continue
    if (Buffer.byteLength(name + character) > MANAGER_BYTES_MAX) break
    name += character
  }
  return name
}

interface TrackedCall extends Pick<Call, 'userAgent' | 'signal'> {
  readonly options: { readonly fieldManager: string }
}

/** An object is needed in another version before the work can go on. */
class Unconverted extends Error {
  readonly key: string
  readonly object: KubeObject
  readonly desired: string
  constructor(object: KubeObject, desired: string, key: string) {
    super(`an object is needed in version ${desired}`)
    this.object = object
    this.desired = desired
    this.key = key
  }
}

/**
 * Does pure work that needs objects in other versions. Where a webhook converts, the work begins
 * again each time that the webhook has been asked for what was missing.
 */
async function inVersions<T>(
  { versions, convert }: FieldTracking,
  { signal }: TrackedCall,
  work: (versions: Versions) => T,
): Promise<T> {
  if (!convert) return work(versions)
  const known = new Map<string, unknown>()
  const asking: Versions = {
    typeOf: (version) => versions.typeOf(version),
    convert({ value }, desired) {
      const key = `${desired} ${JSON.stringify(value)}`
      if (!known.has(key)) throw new Unconverted(value as KubeObject, desired, key)
      return known.get(key)
    },
  }
  for (;;) {
    try {
      return work(asking)
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error
      const { object, desired, key } = error
      // What an applier set need not have any metadata.
      const { metadata, ...rest } = object
      const whole = { ...rest, metadata: metadata ?? {} }
      const [converted = whole] = await convert([whole], { desired, signal })
      if (!metadata) Reflect.deleteProperty(converted, 'metadata')
      known.set(key, converted)
    }
  }
}

function writerOf(
  tracking: FieldTracking,
  call: TrackedCall,
  by: { subresource: string; nowMs: number },
): Omit<Writer, 'versions'> {
  return {
    manager: managerOf(call.options.fieldManager, call.userAgent ?? ''),
    apiVersion: tracking.apiVersion,
    subresource: by.subresource,
    time: timestamp(by.nowMs),
    resetFields: tracking.resetFields(by.subresource),
  }
}

/** Notes in `object` who set what. `old` is absent when it is created. */
export async function trackUpdate(
  tracking: FieldTracking,
  call: TrackedCall,
  of: { object: KubeObject; old?: KubeObject; subresource: string; nowMs: number },
): Promise<void> {
  const { object, old } = of
  if (tracking.off) {
    setManagers(object, undefined)
    return
  }
  const live = old ? tracking.toJson(old) : tracking.empty
  const next = tracking.toJson(object)
  const given = object.metadata.managedFields
  if (given !== undefined) next.metadata = { ...next.metadata, managedFields: given }
  const writer = writerOf(tracking, call, of)
  try {
    const managers = await inVersions(tracking, call, (versions) =>
      managedAfterUpdate({ ...writer, versions }, { live, next, isNew: !old }),
    )
    setManagers(object, managers)
  } catch (error) {
    // What has no type has nobody who wrote it (upstream: `UpdateNoErrors`).
    if (error instanceof UntypedItem) return setManagers(object, undefined)
    if (!(error instanceof StatusError)) throw error
    // A webhook that does not convert keeps nobody from writing.
    setManagers(object, given ?? old?.metadata.managedFields)
  }
}

export function setManagers(
  { metadata }: KubeObject,
  entries: ManagedFieldsEntry[] | undefined,
): void {
  if (entries) metadata.managedFields = entries
  else delete metadata.managedFields
}

/** The object that an apply makes; `old` is absent when it is created. */
export function trackApply(
  tracking: FieldTracking,
  call: TrackedCall,
  of: {
    config: JsonObject
    old?: KubeObject
    force: boolean
    subresource: string
    nowMs: number
  },
): Promise<Applied> {
  const { config, old, force } = of
  const { empty } = tracking
  const live = old ? tracking.toJson(old) : empty
  const writer = writerOf(tracking, call, of)
  return inVersions(tracking, call, (versions) =>
    applyTo({ ...writer, versions }, { live, empty, config, force }),
  )
}

/** What admission made of the managers is taken back when it cannot be read. */
export function guardManagers(
  object: KubeObject,
  before: ManagedFieldsEntry[] | undefined,
  warnings: string[],
): void {
  if (object.metadata.managedFields === before) return
  try {
    decodeManagers(object.metadata.managedFields)
  } catch (error) {
    setManagers(object, before)
    const why = error instanceof Error ? error.message : String(error)
    warnings.push(
      '.metadata.managedFields was in an invalid state after admission; this could be caused by ' +
        `an outdated mutating admission controller; please fix your requests: ${why}`,
    )
  }
}

/** Whether two lists of managers differ in nothing but times. */
export function sameManagers(
  a: readonly ManagedFieldsEntry[] | undefined,
  b: readonly ManagedFieldsEntry[] | undefined,
): boolean {
  const timeless = (entries: readonly ManagedFieldsEntry[] = []) =>
    entries.map((entry) => ({ ...entry, time: '' }))
  const [left, right] = [timeless(a), timeless(b)]
  if (left.length !== right.length) return false
  return left.every((entry) => right.some((other) => sameJson(entry, other)))
}
