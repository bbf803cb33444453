import { hasReason } from '../../../base/index.ts'
import {
  allResources,
  type ApiType,
  apiVersionOf,
  decodeJson,
  describeStrictErrors,
  JsonTypeError,
  kindFault,
  type KubeObject,
  type ParsedPatch,
  parsePatch,
  patchKindOf,
  type Resource,
} from '../../../api/index.ts'
import { isCustom, readPatched } from '../custom/decode.ts'
import { bodyBytes, callOf, type Exchange } from '../exchange.ts'
import { type WriteOptions, writeOptions } from '../options.ts'
import { statusErrors } from '../status.ts'
import { applyObject, isApply } from './apply.ts'
import { checkPlace } from './place.ts'
import type { Served, Store } from './store.ts'
import { updateObject, type UpdateRules } from './update.ts'

/** A patch as it came, with what the client wants of unknown fields. */
export interface PatchRequest {
  readonly options: WriteOptions
  /** Throws 400 for a body that is none, which matters only where there is what to patch. */
  readonly patch: () => ParsedPatch
}

/** Reads a PATCH. Throws 415 for other kinds of patch. */
export async function readPatch(exchange: Exchange): Promise<PatchRequest> {
  const kind = patchKindOf(exchange.request.headers['content-type'] ?? '')
  if (!kind) {
    // Upstream's router asks what is sent only where something is, and then what it can answer.
    if ((await bodyBytes(exchange.request)).length > 0) {
      throw statusErrors.unsupportedMediaType('415: Unsupported Media Type', {})
    }
    throw statusErrors.notAcceptable('406: Not Acceptable\n\nAvailable representations: ', {})
  }
  const options = writeOptions(exchange.query, 'PatchOptions')
  const body = await bodyBytes(exchange.request)
  let patch: ParsedPatch | undefined
  return { options, patch: () => (patch ??= parsePatch(kind, body)) }
}

/** Applies a patch to the newest state of an object; again when somebody else was quicker. */
export async function patchObject(
  store: Store,
  exchange: Exchange,
  rules: UpdateRules,
): Promise<{ served: Served; created: boolean }> {
  if (isApply(exchange)) return applyObject(store, exchange, rules)
  if (isCustom(store.resource)) checkCustomPatch(exchange)
  const { options, patch } = await readPatch(exchange)
  const { resource } = store
  const { name, namespace } = exchange.at
  let warnings: readonly string[] = []
  const change = (current: KubeObject) => {
    const found: string[] = []
    const object = applyPatch<KubeObject>(resource, { patch: patch(), options, current, found })
    warnings = found
    checkPlace(object, { name, namespace: resource.namespaced ? namespace : '' })
    resource.strategy.applyDefaults(object)
    return object
  }
  try {
    const call = { ...callOf(exchange, resource.namespaced), options }
    return await updateObject(store, call, { name, rules, change })
  } finally {
    // Of what is refused later, too.
    if (options.fieldValidation === 'Warn') exchange.warnings.push(...warnings)
  }
}

// What lists merge by is told by declared types only.
function checkCustomPatch({ request }: Exchange): void {
  if (patchKindOf(request.headers['content-type'] ?? '') !== 'strategic') return
  const types =
    'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml'
  throw statusErrors.unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${types}`,
  )
}

export interface PatchStep {
  readonly patch: ParsedPatch
  readonly options: WriteOptions
  readonly current: object
  /** Unknown fields are put here. */
  readonly found: string[]
}

/** The patched object, decoded. Throws 422 when it is none of its kind. */
export function applyPatch<T extends KubeObject>(type: ApiType | Resource, step: PatchStep): T {
  const { options, found } = step
  const value = run(type, step)
  found.push(...step.patch.faults)
  const refuse = (because: string) => {
    const { value: shown, why } = step.patch.refusal(type.struct, { ...step.current }, because)
    const detail = `Invalid value: ${JSON.stringify(shown)}: ${why}`
    return statusErrors.invalid({ group: '', kind: '' }, '', [
      { type: 'FieldValueInvalid', field: 'patch', detail },
    ])
  }
  if (isCustom(type)) {
    return readPatched(type, value, { found, strict: options.fieldValidation === 'Strict' }) as T
  }
  // A strategic merge patch is of structures, whose kind is none of its business.
  if (step.patch.kind !== 'strategic') checkKind(type, value, refuse)
  try {
    const object = decodeJson<T>(type.struct, value, { unknown: found })
    if (found.length === 0 || options.fieldValidation !== 'Strict') return object
  } catch (error) {
    if (error instanceof JsonTypeError) throw refuse(error.message)
    throw error
  }
  throw refuse(describeStrictErrors(found))
}

function checkKind(
  type: ApiType,
  { apiVersion, kind }: Record<string, unknown>,
  refuse: (why: string) => Error,
): void {
  const given = { apiVersion: textOf(apiVersion), kind: textOf(kind) || type.kind }
  if (given.kind === type.kind && given.apiVersion === apiVersionOf(type)) return
  const isKnown = allResources.some(
    (of) => of.kind === given.kind && apiVersionOf(of) === given.apiVersion,
  )
  throw refuse(kindFault(type, { ...given, isKnown }))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

function run(type: ApiType, { patch, current }: PatchStep): Record<string, unknown> {
  try {
    const from = isCustom(type) ? structuredClone(current) : current
    return patch.apply(type.struct, { ...from })
  } catch (error) {
    if (hasReason(error, 'Invalid') && !error.details) throw statusErrors.unprocessable()
    throw error
  }
}
