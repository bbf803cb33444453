import { hasReason, type HttpResponse } from '../../../base/index.ts'
import {
  apiVersionOf,
  encodeProto,
  type FieldError,
  type KubeObject,
  managersAfterScale,
  managersOfScale,
  replicasField,
  Scale,
  type ScalePaths,
} from '../../../api/index.ts'
import { decodeObject } from '../decode.ts'
import { callOf, type Exchange, readObjectBody } from '../exchange.ts'
import { type WriteOptions, writeOptions } from '../options.ts'
import { getObject } from '../registry/list.ts'
import { applyPatch, readPatch } from '../registry/patch.ts'
import { applyConfig, isApply, readApply } from '../registry/apply.ts'
import { checkPlace, claimName } from '../registry/place.ts'
import type { Store, WriteCall } from '../registry/store.ts'
import { declaredTracking, setManagers, trackUpdate } from '../registry/field-tracking.ts'
import { mainRules, updateObject } from '../registry/update.ts'
import { objectOf, reply } from '../respond.ts'
import { statusErrors } from '../status.ts'
import { admitSubresource } from './admit.ts'
import type { Subresource } from './router.ts'

const SCALE_TRACKING = declaredTracking({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  hasStatus: true,
  struct: Scale,
})
const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale', struct: Scale }
const TYPE = { apiVersion: 'autoscaling/v1', kind: 'Scale' }

/** `scale`: the number of replicas of anything that has one, in one shape. */
export const scale: Subresource = (store) => async (exchange) => {
  const paths = store.resource.scale
  if (!paths) throw statusErrors.unknownResource()
  const { name, verb } = exchange.at
  if (verb === 'get') {
    const call = callOf(exchange, store.resource.namespaced)
    const version = exchange.query.get('resourceVersion') ?? ''
    const found = await getObject(store, call, { name, version }).catch((error: unknown) => {
      throw absentFrom(store, name, error)
    })
    const object = found.parse()
    const missing = paths.missing?.(object)
    if (missing !== undefined) throw statusErrors.internal(missing)
    return answer(exchange, scaleOf(paths, object))
  }
  if (verb === 'update') return put(store, exchange, paths)
  if (verb === 'patch') return patch(store, exchange, paths)
  throw statusErrors.methodNotAllowed()
}

/** Upstream names the sub-resource to those who read it, and replication controllers' as a Scale's. */
function absentFrom({ resource }: Store, name: string, error: unknown): unknown {
  if (!hasReason(error, 'NotFound') || resource.custom) return error
  const plural = `${resource.plural}/scale`
  const group = resource.group === '' ? 'autoscaling' : resource.group
  return statusErrors.notFound({ group, plural }, name)
}

function scaleOf(paths: ScalePaths<KubeObject>, object: KubeObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = paths.replicas(object)
  const selector = paths.selector(object)
  return {
    ...TYPE,
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: paths.statusReplicas(object), ...(selector !== '' && { selector }) },
  }
}

function answer(exchange: Exchange, value: Scale): HttpResponse {
  return reply(exchange.accepted, 200, {
    value,
    protobuf: () => ({ type: TYPE, raw: encodeProto(Scale, value) }),
  })
}

async function put(
  store: Store,
  exchange: Exchange,
  paths: ScalePaths<KubeObject>,
): Promise<HttpResponse> {
  const options = writeOptions(exchange.query, 'UpdateOptions')
  const { fieldValidation } = options
  const body = await readObjectBody(exchange.request)
  const wanted = decodeObject(SCALE, body, { ...exchange, fieldValidation }) as Scale
  claimName(wanted, exchange.at.name)
  return write(store, exchange, { paths, options, change: () => wanted })
}

async function patch(
  store: Store,
  exchange: Exchange,
  paths: ScalePaths<KubeObject>,
): Promise<HttpResponse> {
  if (isApply(exchange)) return apply(store, exchange, paths)
  const { options, patch: parsed } = await readPatch(exchange)
  const change = (current: Scale) =>
    applyPatch<Scale>(SCALE, { patch: parsed(), options, current, found: [] })
  return write(store, exchange, { paths, options, change })
}

/** Server-side apply of the number alone. */
async function apply(
  store: Store,
  exchange: Exchange,
  paths: ScalePaths<KubeObject>,
): Promise<HttpResponse> {
  const request = await readApply(exchange)
  const { options } = request
  const call = { ...callOf(exchange, store.resource.namespaced), options }
  const change = async (current: Scale) => {
    const nowMs = store.clock.nowMs()
    const to = { type: SCALE, tracking: SCALE_TRACKING, subresource: 'scale', nowMs, old: current }
    const wanted = (await applyConfig(request, call, to)) as Scale
    const { name } = exchange.at
    checkPlace(wanted, { name, namespace: call.namespace })
    return wanted
  }
  return write(store, exchange, { paths, options, change, applies: true })
}

async function write(
  store: Store,
  exchange: Exchange,
  on: {
    paths: ScalePaths<KubeObject>
    options: WriteOptions
    change: (current: Scale) => Scale | Promise<Scale>
    /** The change notes its managers itself. */
    applies?: boolean
  },
): Promise<HttpResponse> {
  const { paths, options } = on
  const { name } = exchange.at
  const call = { ...callOf(exchange, store.resource.namespaced), options }
  const { served } = await updateObject(store, call, {
    name,
    rules: { ...mainRules(store), subresource: 'scale', admitted: true },
    change: async (old) => {
      const current = scaleOf(paths, old)
      const before = old.metadata.managedFields
      const field = replicasField(apiVersionOf(store.resource))
      current.metadata.managedFields = managersOfScale(before, field) ?? []
      const wanted = await on.change(structuredClone(current))
      const shown = { ...SCALE, object: wanted, old: current }
      await admitSubresource(store, call, { name, subresource: 'scale', ...shown })
      checkScale(wanted, { name, uid: old.metadata.uid })
      if (!on.applies) await noteUpdate(store, call, { object: wanted, old: current })
      setManagers(old, managersAfterScale(before, wanted.metadata.managedFields, field))
      paths.setReplicas(old, wanted.spec.replicas ?? 0)
      const { resourceVersion } = wanted.metadata
      if (resourceVersion) old.metadata.resourceVersion = resourceVersion
      else delete old.metadata.resourceVersion
      return old
    },
  })
  return answer(exchange, scaleOf(paths, objectOf(served)))
}

async function noteUpdate(
  store: Store,
  call: WriteCall,
  of: { object: Scale; old: Scale },
): Promise<void> {
  delete of.object.metadata.managedFields
  const nowMs = store.clock.nowMs()
  await trackUpdate(SCALE_TRACKING, call, { ...of, subresource: 'scale', nowMs })
}

function checkScale(wanted: Scale, of: { name: string; uid: string | undefined }): void {
  const errors: FieldError[] = []
  const { replicas = 0 } = wanted.spec
  if (replicas < 0) {
    const detail = `Invalid value: ${replicas}: must be greater than or equal to 0`
    errors.push({ type: 'FieldValueInvalid', field: 'spec.replicas', detail })
  }
  if (errors.length > 0) throw statusErrors.invalid(SCALE, of.name, errors)
  const { uid } = wanted.metadata
  if (!uid || uid === of.uid) return
  throw statusErrors.conflict(
    { group: 'autoscaling', plural: 'scales' },
    of.name,
    `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${of.uid}`,
  )
}
