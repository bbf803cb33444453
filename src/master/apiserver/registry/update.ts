import {
  type FieldError,
  type KubeObject,
  pathSegmentErrors,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../../api/index.ts'
import { AdmissionAttributes } from '../admission/attributes.ts'
import { ObjectRevision } from '../object-revision.ts'
import { optionsObject, parseVersion } from '../options.ts'
import { statusErrors } from '../status.ts'
import { claimNamespace, createObject } from './create.ts'
import { guardManagers, sameManagers, trackUpdate } from './field-tracking.ts'
import { dedupOwners } from './owner-references.ts'
import { finishDeletion, isDeletionComplete } from './deletion.ts'
import {
  addWarnings,
  fetch,
  keyOf,
  kindOf,
  type Served,
  served,
  type Store,
  unstored,
  type WriteCall,
} from './store.ts'

/** How one way of updating (the object, its status, …) prepares and checks. */
export interface UpdateRules {
  /** Empty for the object itself. */
  readonly subresource: string
  prepare(object: KubeObject, old: KubeObject): void
  validate(object: KubeObject, old: KubeObject): FieldError[]
  /** What is to be said of a change that is let in. */
  warn?(object: KubeObject, old: KubeObject): string[]
  /** Admission is asked by the sub-resource itself, of an object of another kind (Binding, Scale). */
  readonly admitted?: boolean
}

/** The rules of PUT and PATCH on an object itself. */
export function mainRules(store: Store): UpdateRules {
  const { strategy } = store.resource
  return {
    subresource: '',
    prepare: (object, old) => strategy.prepareForUpdate(object, old),
    validate: (object, old) => strategy.validateUpdate(object, old),
    warn: (object, old) => strategy.warn?.(object, old) ?? [],
  }
}

export function statusRules(store: Store): UpdateRules {
  const { strategy } = store.resource
  return {
    subresource: 'status',
    prepare: (object, old) => strategy.prepareForStatusUpdate(object, old),
    validate: (object, old) => strategy.validateStatusUpdate(object, old),
  }
}

export interface Update {
  readonly name: string
  readonly rules: UpdateRules
  /** The object as it is to be, from a copy of the newest one; called again after a conflict. */
  readonly change: (old: KubeObject) => Promise<KubeObject> | KubeObject
  /** Only if the object still has this UID. */
  readonly uid?: string | undefined
  /** What to create when there is nothing, where the resource allows that. */
  readonly createInstead?: () => Promise<KubeObject> | KubeObject
  /** An apply: creates wherever there is nothing, and `change` notes who set what by itself. */
  readonly applies?: boolean
}

/** Lost races after which a client is told to try again: far more than a real one ever loses. */
const ATTEMPTS_MAX = 100

/**
 * Changes an object atomically. Begins with the cached state, and looks at the store's own before
 * it refuses anything on that ground. Writes nothing when nothing changes.
 */
export async function updateObject(
  store: Store,
  call: WriteCall,
  update: Update,
): Promise<{ served: Served; created: boolean }> {
  const key = keyOf(store, call, update.name)
  let origin = store.cache.get(key)
  let fresh = false
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (!origin) {
      origin = await fetch(store, key, call.signal)
      fresh = true
    }
    if (!origin) return await createInstead(store, call, update)
    const outcome: Outcome = await attemptUpdate(store, call, { update, origin, fresh }).catch(
      (error: unknown): Outcome => {
        if (fresh) throw error
        return { kind: 'stale' }
      },
    )
    if (outcome.kind === 'done') return { served: outcome.served, created: false }
    fresh = outcome.kind === 'conflict'
    origin = outcome.kind === 'conflict' ? outcome.current : undefined
  }
  throw modified(store, update.name)
}

async function createInstead(
  store: Store,
  call: WriteCall,
  update: Update,
): Promise<{ served: Served; created: boolean }> {
  const { createInstead: make } = update
  if (!make || !(update.applies || store.resource.strategy.allowCreateOnUpdate)) {
    throw statusErrors.notFound(store.resource, update.name)
  }
  await call.requireCreate?.()
  return {
    served: await createObject(store, call, await make(), { tracked: update.applies === true }),
    created: true,
  }
}

type Outcome =
  | { readonly kind: 'done'; readonly served: Served }
  | { readonly kind: 'conflict'; readonly current: ObjectRevision | undefined }
  | { readonly kind: 'stale' }

interface Attempt {
  readonly update: Update
  readonly origin: ObjectRevision
  /** Whether `origin` is known to be the newest state. */
  readonly fresh: boolean
}

async function attemptUpdate(store: Store, call: WriteCall, on: Attempt): Promise<Outcome> {
  const { update, origin } = on
  const old = origin.parse()
  checkUid(store, call, { update, key: origin.key, old })
  const object = await update.change(origin.parse())
  checkVersion(store, update.name, { object, old })
  claimNamespace(store, call, object)
  keepIdentity(object, old)
  dedupOwners(object, call.warnings)
  if (!update.applies && !update.rules.admitted) {
    const { subresource } = update.rules
    const nowMs = store.clock.nowMs()
    await trackUpdate(store.tracking, call, { object, old, subresource, nowMs })
  }
  const attributes = new AdmissionAttributes(call, {
    operation: 'UPDATE',
    resource: store.resource,
    subresource: update.rules.subresource,
    namespace: call.namespace,
    name: update.name,
    object,
    old,
    options: optionsObject('UpdateOptions', call.options),
    dryRun: call.options.dryRun,
  })
  const admission = update.rules.admitted ? undefined : store.admission
  const { managedFields } = object.metadata
  await admission?.admit(attributes)
  guardManagers(object, managedFields, call.warnings)
  prepare(store, { update, object, old })
  addWarnings(call, update.rules.warn?.(object, old))
  await admission?.validate(attributes)
  const { dryRun } = call.options
  const begun = await store.hooks.beginWrite?.({ object, old, dryRun })
  try {
    const outcome = await write(store, call, { ...on, object, old })
    if (outcome.kind === 'done') await begun?.commit()
    else await begun?.revert()
    return outcome
  } catch (error) {
    await begun?.revert()
    throw error
  }
}

function checkUid(
  store: Store,
  call: WriteCall,
  { update, key, old }: { update: Update; key: string; old: KubeObject },
): void {
  const uid = old.metadata.uid ?? ''
  // Upstream's dry runs end above the layer that puts the prefix before keys.
  const shown = call.options.dryRun ? key.replace(/^\/registry/, '') : key
  if (update.uid === undefined || update.uid === '' || update.uid === uid) return
  throw statusErrors.conflict(
    store.resource,
    update.name,
    `StorageError: invalid object, Code: 4, Key: ${shown}, ResourceVersion: 0, ` +
      `AdditionalErrorMsg: Precondition failed: UID in precondition: ${update.uid}, ` +
      `UID in object meta: ${uid}`,
  )
}

function checkVersion(
  store: Store,
  name: string,
  of: { object: KubeObject; old: KubeObject },
): void {
  const version = of.object.metadata.resourceVersion ?? ''
  const asked = parseVersion(version, (text) => statusErrors.plain(text))
  if (asked === undefined || asked === 0) {
    if (store.resource.strategy.allowUnconditionalUpdate ?? true) return
    // Upstream names the resource here, not the kind.
    const { group, plural } = store.resource
    throw statusErrors.invalid({ group, kind: plural }, name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        detail: 'Invalid value: 0x0: must be specified for an update',
      },
    ])
  }
  if (version !== of.old.metadata.resourceVersion) throw modified(store, name)
}

function modified(store: Store, name: string): Error {
  return statusErrors.conflict(
    store.resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

// A client may leave these out, and cannot take back a deletion that has begun.
function keepIdentity(object: KubeObject, old: KubeObject): void {
  const meta = object.metadata
  const was = old.metadata
  if (!meta.uid && was.uid) meta.uid = was.uid
  // Upstream takes no notice of another time of creation.
  if (was.creationTimestamp) meta.creationTimestamp = was.creationTimestamp
  if (was.deletionTimestamp) meta.deletionTimestamp = was.deletionTimestamp
  if (was.deletionGracePeriodSeconds !== undefined && meta.deletionGracePeriodSeconds == null) {
    meta.deletionGracePeriodSeconds = was.deletionGracePeriodSeconds
  }
  if (was.generation === undefined) delete meta.generation
  else meta.generation = was.generation
}

function prepare(store: Store, on: { update: Update; object: KubeObject; old: KubeObject }): void {
  const { object, old } = on
  const { namespaced } = store.resource
  on.update.rules.prepare(object, old)
  // Upstream looks at metadata twice as well: in general, and by the kind's own rules.
  const errors = [
    ...validateObjectMeta(object.metadata, {
      namespaced,
      nameErrors: pathSegmentErrors,
      anyFinalizer: true,
    }),
    ...validateObjectMetaUpdate(object.metadata, old.metadata, { anyFinalizer: true }),
    ...on.update.rules.validate(object, old),
  ]
  if (errors.length > 0) throw statusErrors.invalid(kindOf(store, object), on.update.name, errors)
  // What is read from a store has defaults, those that follow from other fields as well.
  store.resource.strategy.applyDefaults(object)
}

// Who sets a field again to what it is does not make a new version of the object.
function encode(store: Store, on: { origin: ObjectRevision; object: KubeObject; old: KubeObject }) {
  const { origin, object, old } = on
  const stored = store.codec.encodeStored(object)
  const { managedFields } = object.metadata
  const before = old.metadata.managedFields
  if (!managedFields || !before || origin.storedEquals(stored)) return stored
  if (!sameManagers(managedFields, before)) return stored
  const metadata = { ...object.metadata, managedFields: before }
  const again = store.codec.encodeStored({ ...object, metadata })
  return origin.storedEquals(again) ? again : stored
}

async function write(
  store: Store,
  call: WriteCall,
  on: Attempt & { object: KubeObject; old: KubeObject },
): Promise<Outcome> {
  const { origin, object, old } = on
  const sent = encode(store, on)
  const { dryRun } = call.options
  if (isDeletionComplete(store.resource, object, old)) {
    const last = served(store, origin.key, { stored: sent, revision: origin.revision })
    if (dryRun) return { kind: 'done', served: last }
    const gone = await finishDeletion(store, call, { origin, object })
    return gone.kind === 'done' ? { kind: 'done', served: last } : gone
  }
  if (origin.storedEquals(sent)) return unchanged(on)
  const { signal } = call
  const stored = (await store.conversion?.roundTrip(sent, { signal })) ?? sent
  if (stored !== sent && origin.storedEquals(stored)) return unchanged(on)
  if (dryRun) {
    return { kind: 'done', served: unstored(store, stored, String(origin.revision)) }
  }
  const lease = await store.lease?.()
  const options = lease === undefined ? { signal: call.signal } : { signal: call.signal, lease }
  const result = await store.kv.update(origin.key, stored, origin.revision, options)
  if (result.kind === 'ok') {
    const revision = result.revision
    return { kind: 'done', served: served(store, origin.key, { stored, revision }) }
  }
  const current = result.current && ObjectRevision.fromStored(store.codec, result.current)
  return { kind: 'conflict', current }
}

function unchanged({ fresh, origin }: Attempt): Outcome {
  return fresh ? { kind: 'done', served: origin } : { kind: 'stale' }
}
