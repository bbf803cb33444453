import type { KubeObject } from '../../../api/index.ts'
import { copyJson, randomSuffix } from '../../../base/index.ts'
import { AdmissionAttributes } from '../admission/attributes.ts'
import { optionsObject } from '../options.ts'
import { statusErrors } from '../status.ts'
import { guardManagers, trackUpdate } from './field-tracking.ts'
import { dedupOwners } from './owner-references.ts'
import {
  addWarnings,
  fetch,
  keyOf,
  kindOf,
  type Served,
  served,
  type Store,
  timestamp,
  unstored,
  type WriteCall,
} from './store.ts'

/** A generated name has at most 63 characters, its random suffix five of them. */
const GENERATED_BASE_MAX = 58
/** Upstream tries a generated name that is taken again this often (KEP-4420). */
const GENERATE_ATTEMPTS = 8

/**
 * Creates an object. `tracked`: it says already who set what, as after an apply. Throws AlreadyExists, Invalid, and what
 * admission finds.
 */
export async function createObject(
  store: Store,
  call: WriteCall,
  object: KubeObject,
  how: { tracked?: boolean } = {},
): Promise<Served> {
  claimNamespace(store, call, object)
  wipeSystemFields(object)
  dedupOwners(object, call.warnings)
  if (!how.tracked) {
    const nowMs = store.clock.nowMs()
    await trackUpdate(store.tracking, call, { object, subresource: '', nowMs })
  }
  const generated = !object.metadata.name && Boolean(object.metadata.generateName)
  for (let attempt = 1; ; attempt++) {
    const copy = generated && attempt < GENERATE_ATTEMPTS ? copyJson(object) : object
    const created = await createOnce(store, call, copy)
    if (created !== 'exists') return created
    const name = copy.metadata.name ?? ''
    if (generated && attempt < GENERATE_ATTEMPTS) continue
    const existing = await fetch(store, keyOf(store, call, name), call.signal)
    const deleting = existing?.parse().metadata.deletionTimestamp !== undefined
    throw statusErrors.alreadyExists(store.resource, name, { deleting })
  }
}

/** The namespace comes from the URL; an object that names another one is refused. */
export function claimNamespace(
  store: Store,
  call: { namespace: string },
  object: KubeObject,
): void {
  const { metadata } = object
  if (!store.resource.namespaced) {
    delete metadata.namespace
  } else if (!metadata.namespace) {
    metadata.namespace = call.namespace
  } else if (metadata.namespace !== call.namespace) {
    throw statusErrors.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
}

async function createOnce(
  store: Store,
  call: WriteCall,
  object: KubeObject,
): Promise<Served | 'exists'> {
  const { dryRun } = call.options
  const attributes = new AdmissionAttributes(call, {
    operation: 'CREATE',
    resource: store.resource,
    subresource: '',
    namespace: call.namespace,
    name: object.metadata.name ?? '',
    object,
    options: optionsObject('CreateOptions', call.options),
    dryRun,
  })
  const { managedFields } = object.metadata
  await store.admission.admit(attributes)
  guardManagers(object, managedFields, call.warnings)
  identify(store, object)
  validate(store, call, object)
  await store.admission.validate(attributes)
  const begun = await store.hooks.beginWrite?.({ object, old: undefined, dryRun })
  try {
    // Only a store refuses it, and one that is no version is passed over, as upstream.
    if (!dryRun && /^0*[1-9]\d*$/.test(object.metadata.resourceVersion ?? '')) {
      throw statusErrors.plain('resourceVersion should not be set on objects to be created')
    }
    const result = await put(store, call, object)
    if (result === 'exists') await begun?.revert()
    else await begun?.commit()
    return result
  } catch (error) {
    await begun?.revert()
    throw error
  }
}

function validate(store: Store, call: WriteCall, object: KubeObject): void {
  const { strategy } = store.resource
  strategy.prepareForCreate(object)
  const errors = strategy.validateCreate(object)
  if (errors.length > 0) {
    throw statusErrors.invalid(kindOf(store, object), object.metadata.name ?? '', errors)
  }
  addWarnings(call, strategy.warn?.(object))
}

// A client does not choose these.
function wipeSystemFields({ metadata }: KubeObject): void {
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
  delete metadata.uid
  delete metadata.creationTimestamp
}

/** Only now, for admission of a new object knows neither its UID nor a generated name. */
function identify(store: Store, { metadata }: KubeObject): void {
  metadata.uid = store.random.uuid()
  metadata.creationTimestamp = timestamp(store.clock.nowMs())
  if (!metadata.name && metadata.generateName) {
    metadata.name = metadata.generateName.slice(0, GENERATED_BASE_MAX) + randomSuffix(store.random)
  }
}

async function put(store: Store, call: WriteCall, object: KubeObject): Promise<Served | 'exists'> {
  const key = keyOf(store, call, object.metadata.name ?? '')
  const { signal } = call
  const sent = store.codec.encodeStored(object)
  const stored = (await store.conversion?.roundTrip(sent, { signal })) ?? sent
  if (call.options.dryRun) {
    const existing = await fetch(store, key, call.signal)
    return existing ? 'exists' : unstored(store, stored, object.metadata.resourceVersion)
  }
  const lease = await store.lease?.()
  const options = lease === undefined ? { signal: call.signal } : { signal: call.signal, lease }
  const result = await store.kv.create(key, stored, options)
  if (result.kind === 'exists') return 'exists'
  return served(store, key, { stored, revision: result.revision })
}
