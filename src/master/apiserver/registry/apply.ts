import {
  apiVersionOf,
  ApplyConflict,
  ApplyTypeError,
  conversionText,
  type JsonObject,
  JsonTypeError,
  type KubeObject,
  parseYaml,
  YamlSyntaxError,
} from '../../../api/index.ts'
import { StatusError } from '../../../base/index.ts'
import { bodyBytes, callOf, type Exchange } from '../exchange.ts'
import { mediaType } from '../negotiation.ts'
import { type FieldValidation, type WriteOptions, writeOptions } from '../options.ts'
import { isTrue } from '../request-info.ts'
import { statusErrors } from '../status.ts'
import { type FieldTracking, trackApply } from './field-tracking.ts'
import { claimNamespace } from './create.ts'
import { checkPlace } from './place.ts'
import type { Served, Store, WriteCall } from './store.ts'
import { updateObject, type UpdateRules } from './update.ts'

const isObject = (value: unknown) => typeof value === 'object' && value !== null

const APPLY_TYPE = 'application/apply-patch+yaml'

export function isApply(exchange: Exchange): boolean {
  return mediaType(exchange.request.headers['content-type']) === APPLY_TYPE
}

/** What a client wants to be so, as it wrote it. */
interface Config {
  readonly value: JsonObject
  /** Names that it gives twice. */
  readonly duplicates: readonly string[]
}

/** An apply request as it was read. */
export interface ApplyRequest {
  readonly options: WriteOptions
  readonly force: boolean
  readonly config: Config
}

export async function readApply(exchange: Exchange): Promise<ApplyRequest> {
  const options = writeOptions(exchange.query, 'PatchOptions', { apply: true })
  const force = exchange.query.has('force') && isTrue(exchange.query.get('force'))
  return { options, force, config: readConfig(await bodyBytes(exchange.request)) }
}

/** What an apply request is about: a kind, and who set what of its objects. */
interface AppliedTo {
  readonly type: { readonly group: string; readonly version: string; readonly kind: string }
  readonly tracking: FieldTracking
  readonly subresource: string
  readonly nowMs: number
  /** Absent: there is no such object yet. */
  readonly old?: KubeObject | undefined
}

/** The object as the request makes it, its managers noted. */
export async function applyConfig(
  { options, force, config }: ApplyRequest,
  call: WriteCall,
  { type, tracking, subresource, nowMs, old }: AppliedTo,
): Promise<KubeObject> {
  checkConfig(type, config.value)
  const of = { config: structuredClone(config.value), force, subresource, nowMs }
  const applied = await translate(() => trackApply(tracking, call, { ...of, ...(old && { old }) }))
  const object = decode(tracking, applied.object, { type, config: config.value })
  checkDuplicates(config, options.fieldValidation)
  return object
}

/** Upstream's text, with its code, for a value that its type does not take. */
function decode(
  tracking: FieldTracking,
  value: JsonObject,
  { type, config }: { type: AppliedTo['type']; config: JsonObject },
): KubeObject {
  try {
    return tracking.fromJson(value)
  } catch (error) {
    if (!(error instanceof JsonTypeError)) throw error
    const { name = '', namespace = '' } = config.metadata ?? {}
    const version = type.group === '' ? `/${type.version}` : apiVersionOf(type)
    const kind = `${version}, Kind=${type.kind}`
    const message =
      `failed to convert new object (${namespace}/${name}; ${kind}) to proper version: ` +
      `unable to convert unstructured object to ${kind}: ${conversionText(error.message)}`
    throw new StatusError(500, '', message, { cause: error })
  }
}

/** Server-side apply (KEP-555): makes the object what the client's configuration says of it. */
export async function applyObject(
  store: Store,
  exchange: Exchange,
  rules: UpdateRules,
): Promise<{ served: Served; created: boolean }> {
  const request = await readApply(exchange)
  const { options, config } = request
  const { resource, tracking } = store
  const call = { ...callOf(exchange, resource.namespaced), options }
  const { name } = exchange.at
  const apply = async (old?: KubeObject): Promise<KubeObject> => {
    const { subresource } = rules
    const nowMs = store.clock.nowMs()
    const to = { type: resource, tracking, subresource, nowMs, old }
    const object = await applyConfig(request, call, to)
    checkUid(store, object, old)
    claimNamespace(store, call, object)
    checkPlace(object, { name, namespace: call.namespace })
    resource.strategy.applyDefaults(object)
    return object
  }
  const result = await updateObject(store, call, {
    name,
    rules,
    applies: true,
    change: apply,
    ...(rules.subresource === '' && { createInstead: async () => withoutVersion(await apply()) }),
  })
  if (options.fieldValidation === 'Warn') exchange.warnings.push(...config.duplicates)
  return result
}

/** Throws 400. */
function readConfig(bytes: Uint8Array): Config {
  const bad = (why: string) => statusErrors.badRequest(`error decoding YAML: ${why}`)
  try {
    const { value: given, duplicates } = parseYaml(Buffer.from(bytes).toString('utf8'))
    const value = given ?? {}
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { value: { ...value }, duplicates }
    }
    const type = Array.isArray(value) ? 'array' : typeof value
    throw bad(
      'error unmarshaling JSON: while decoding JSON: ' +
        `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    )
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error
    throw bad(`error converting YAML to JSON: ${error.message}`)
  }
}

function checkConfig(type: AppliedTo['type'], config: JsonObject): void {
  const apiVersion = typeof config['apiVersion'] === 'string' ? config['apiVersion'] : ''
  const kind = typeof config['kind'] === 'string' ? config['kind'] : ''
  if (kind !== type.kind || apiVersion !== apiVersionOf(type)) {
    const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    throw statusErrors.badRequest(`invalid object type: ${version}, Kind=${kind}`)
  }
  const { metadata } = config
  if (metadata && isObject(metadata) && 'managedFields' in metadata) {
    throw statusErrors.badRequest('metadata.managedFields must be nil')
  }
}

function checkDuplicates({ duplicates }: Config, validation: FieldValidation): void {
  if (validation !== 'Strict' || duplicates.length === 0) return
  const lines = duplicates.map((text) => `\n  ${text}`).join('')
  throw statusErrors.badRequest(
    `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${lines}`,
  )
}

function checkUid(store: Store, object: KubeObject, old: KubeObject | undefined): void {
  const { uid, name = '' } = object.metadata
  if (old || !uid) return
  throw statusErrors.conflict(
    store.resource,
    name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  )
}

// A version that is named for what is not there yet is of no account.
function withoutVersion(object: KubeObject): KubeObject {
  delete object.metadata.resourceVersion
  return object
}

async function translate<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ApplyConflict) {
      const details = { causes: error.causes }
      throw new StatusError(409, 'Conflict', error.message, { details })
    }
    if (error instanceof ApplyTypeError) throw new StatusError(500, '', error.message)
    throw error
  }
}
