import type { ManagedFieldsEntry, ObjectMeta } from '../meta/index.ts'
import { capManagers } from './cap.ts'
import { ApplyConflict } from './conflict.ts'
import { compareValues } from './compare.ts'
import { FieldSet } from './field-set.ts'
import { lastAppliedOf, withLastApplied } from './last-applied.ts'
import {
  decodeManagers,
  encodeManagers,
  identityOf,
  isReset,
  type Managers,
  type Ownership,
} from './managers.ts'
import { fieldElement } from './path-element.ts'
import { toFieldSet } from './to-field-set.ts'
import { applyConfig, updateManagers, type Write } from './updater.ts'
import { typeFaults } from './validate.ts'
import type { Versions } from './versions.ts'

/** A JSON object of the API. */
export type JsonObject = Record<string, unknown> & { metadata?: Partial<ObjectMeta> }

/** Who writes, how, and in which version. */
export interface Writer {
  /** Empty: `unknown`. */
  readonly manager: string
  readonly apiVersion: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** RFC 3339 with seconds. */
  readonly time: string
  readonly versions: Versions
  /** Fields that this way of writing resets, such as `status`. */
  readonly resetFields: FieldSet
}

/** What every object has by nature, and nobody owns. */
const NEVER_OWNED = FieldSet.of(
  ...['apiVersion', 'kind', 'metadata'].map((name) => [fieldElement(name)]),
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [fieldElement('metadata'), fieldElement(name)]),
)

const BEFORE_FIRST_APPLY = 'before-first-apply'
/** Who takes over what kubectl's own apply wrote. */
const KUBECTL = 'kubectl'

/**
 * The managed fields of an object after a write that is no apply. `live` is the object as it is,
 * empty when `next` is created. Both in JSON as a server writes it.
 */
export function managedAfterUpdate(
  writer: Writer,
  of: { live: JsonObject; next: JsonObject; isNew: boolean },
): ManagedFieldsEntry[] | undefined {
  const managers = managersOf(writer, of)
  if (managers.size === 0 && !of.isNew) return undefined
  const updated = update(writer, managers, { live: bare(of.live), next: bare(of.next) })
  return encodeManagers(capManagers(updated))
}

// A client may write the managers themselves; one that leaves them out does not erase them.
function managersOf(writer: Writer, of: { live: JsonObject; next: JsonObject }): Managers {
  const live = of.live.metadata?.managedFields
  const next = of.next.metadata?.managedFields
  if (writer.subresource === '' && isReset(next)) return new Map()
  if (writer.subresource === '') {
    const given = decodeOrNone(next)
    if (given.size > 0) return given
  }
  return decodeOrNone(live)
}

function decodeOrNone(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return decodeManagers(entries)
  } catch {
    return new Map()
  }
}

function update(
  writer: Writer,
  managers: Managers,
  of: { live: JsonObject; next: JsonObject },
): Managers {
  // Under a name of its own at first: what it took is what has changed.
  const self = '-'
  const write = writeOf(writer, managers, { live: of.live, operation: 'Update' })
  const next = { apiVersion: writer.apiVersion, value: of.next }
  const after = new Map(updateManagers({ ...write, writerId: self }, next))
  const taken = stripped(after.get(self))
  after.delete(self)
  if (!taken) return after
  const before = after.get(write.writerId)
  const set = before ? taken.set.union(before.set) : taken.set
  return after.set(write.writerId, { ...taken, set })
}

function stripped(one: Ownership | undefined): Ownership | undefined {
  const set = one?.set.difference(NEVER_OWNED)
  return one && set && !set.isEmpty ? { ...one, set } : undefined
}

function writeOf(
  writer: Writer,
  managers: Managers,
  of: { live: JsonObject; operation: 'Apply' | 'Update' },
): Write {
  const { apiVersion, subresource, time, versions, resetFields } = writer
  const one = {
    manager: writer.manager === '' ? 'unknown' : writer.manager,
    operation: of.operation,
    apiVersion,
    subresource,
    time,
  }
  return {
    versions,
    live: { apiVersion, value: of.live },
    managers,
    ignored: resetFields,
    writer: one,
    writerId: identityOf(one),
  }
}

/** The object without the record of who owns it. */
function bare(object: JsonObject): JsonObject {
  if (object.metadata?.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** What an apply makes of an object. */
export interface Applied {
  /** With the new managed fields. */
  readonly object: JsonObject
  /** Whether anything beside who owns what has changed. */
  readonly changed: boolean
}

/** A configuration that is none of its type; the text is upstream's. */
export class ApplyTypeError extends Error {
  override readonly name = 'ApplyTypeError'
}

/**
 * Applies `config` to the live object (KEP-555); `live` is empty when there is none yet. Throws
 * ApplyConflict unless `force`, and ApplyTypeError.
 */
export function applyTo(
  writer: Writer,
  of: { live: JsonObject; empty: JsonObject; config: JsonObject; force: boolean },
): Applied {
  checkType(writer, of.config)
  let managers = decodeManagers(of.live.metadata?.managedFields)
  const live = bare(of.live)
  if (managers.size === 0) {
    const before = { ...writer, manager: BEFORE_FIRST_APPLY }
    managers = update(before, managers, { live: of.empty, next: live })
  }
  const result = applyOrUpgrade(writer, managers, { ...of, live })
  const { value, owners } = result
  const object = { ...(value === undefined ? live : (value as JsonObject)) }
  if (writer.manager === KUBECTL) withLastApplied(object, of.config)
  const entries = encodeManagers(owners)
  object.metadata = { ...object.metadata, ...(entries && { managedFields: entries }) }
  return { object, changed: value !== undefined }
}

function checkType({ versions, apiVersion }: Writer, config: JsonObject): void {
  const type = versions.typeOf(apiVersion)
  const faults = type && typeFaults(type, config, { allowDuplicates: false })
  if (faults === undefined) return
  const { namespace = '', name = '' } = config.metadata ?? {}
  const kind = String(config['kind'])
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const what = `${namespace}/${name}; ${group}/${version}, Kind=${kind}`
  throw new ApplyTypeError(`failed to create typed patch object (${what}): ${faults}`)
}

type Config = { live: JsonObject; config: JsonObject; force: boolean }

// Fields that kubectl's own apply set, and nobody changed since, may be taken by its successor.
function applyOrUpgrade(writer: Writer, managers: Managers, of: Config) {
  try {
    return applyOnce(writer, managers, of)
  } catch (error) {
    if (!(error instanceof ApplyConflict) || writer.manager !== KUBECTL) throw error
    const allowed = fieldsOfLastApplied(writer, of.live)
    if (!allowed) throw error
    const rest = error.conflicts.filter(({ path }) => !allowed.has(path))
    if (rest.length > 0) throw new ApplyConflict(rest)
    return applyOnce(writer, managers, { ...of, force: true })
  }
}

function applyOnce(writer: Writer, managers: Managers, of: Config) {
  const write = writeOf(writer, managers, { live: of.live, operation: 'Apply' })
  const config = { apiVersion: writer.apiVersion, value: of.config }
  const { value, managers: after } = applyConfig(write, config, { force: of.force })
  const owners = new Map(after)
  const own = stripped(owners.get(write.writerId))
  owners.delete(write.writerId)
  // Upstream notes the time only when the object itself has changed.
  const time = value === undefined ? managers.get(write.writerId)?.time : writer.time
  if (own) owners.set(write.writerId, { ...own, time })
  return { value, owners: owners as Managers }
}

function fieldsOfLastApplied(writer: Writer, live: JsonObject): FieldSet | undefined {
  const last = lastAppliedOf(live)
  const type = writer.versions.typeOf(writer.apiVersion)
  if (!last || !type || last['apiVersion'] !== writer.apiVersion) return undefined
  if (typeFaults(type, last, { allowDuplicates: false })) return undefined
  const { modified, added, removed } = compareValues(type, last, live)
  return toFieldSet(type, last).difference(modified).difference(added).difference(removed)
}
