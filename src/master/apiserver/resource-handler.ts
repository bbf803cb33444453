import { copyJson, type HttpResponse } from '../../base/index.ts'
import type { DeleteOptions, KubeObject, Resource } from '../../api/index.ts'
import type { WatchItem } from './cache/watcher.ts'
import { decodeDeleteOptions, decodeObject } from './decode.ts'
import { callOf, type Exchange, readObjectBody, replyContext } from './exchange.ts'
import { CONTENT_TYPE } from './negotiation.ts'
import { checkDeleteOptions, deleteOptionsFromQuery, listOptions, writeOptions } from './options.ts'
import { eventsOverWebSocket, wantsWebSocket } from './over-web-socket.ts'
import { createObject } from './registry/create.ts'
import { deleteObject, type Deleted } from './registry/delete.ts'
import { deleteCollection } from './registry/delete-collection.ts'
import { getObject, listObjects } from './registry/list.ts'
import { patchObject } from './registry/patch.ts'
import { claimName } from './registry/place.ts'
import type { Call, Store, WriteCall } from './registry/store.ts'
import { mainRules, updateObject, type UpdateRules } from './registry/update.ts'
import { watchObjects } from './registry/watch.ts'
import { replyList, replyObject, replyStatus } from './respond.ts'
import { statusErrors, successStatus } from './status.ts'
import { frameEncoder } from './watch-frames.ts'

/** The verbs of every resource, from a decoded request to an answer. */
export async function handleResource(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const { at } = exchange
  switch (at.verb) {
    case 'get':
      return get(store, exchange)
    case 'list':
      return list(store, exchange)
    case 'watch':
      return watch(store, exchange)
    case 'create':
      return create(store, exchange)
    case 'update':
      return update(store, exchange, mainRules(store))
    case 'patch':
      return patch(store, exchange, mainRules(store))
    case 'delete':
      return remove(store, exchange)
    case 'deletecollection':
      return removeAll(store, exchange)
    case '':
      throw statusErrors.methodNotAllowed()
  }
}

export async function get(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const call = callOf(exchange, store.resource.namespaced)
  const version = exchange.query.get('resourceVersion') ?? ''
  const served = await getObject(store, call, { name: exchange.at.name, version })
  checkNoList(store, exchange)
  return replyObject(context, store.codec, { status: 200, served })
}

async function list(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const call = callOf(exchange, store.resource.namespaced)
  const page = await listObjects(store, call, listOptions(exchange.query, false))
  if (exchange.accepted.as === 'PartialObjectMetadata') {
    throw statusErrors.notAcceptable(
      'you requested PartialObjectMetadata, but the requested object is a list ' +
        `(*${goType(store.resource, store.resource.listKind)})`,
    )
  }
  return replyList(context, store.codec, page)
}

function checkNoList({ resource }: Store, { accepted }: Exchange): void {
  if (accepted.as !== 'PartialObjectMetadataList') return
  throw statusErrors.notAcceptable(
    'you requested PartialObjectMetadataList, but the requested object is not a list ' +
      `(*${goType(resource, resource.kind)})`,
  )
}

/** As Go prints the type that upstream has for a kind. */
function goType({ group, custom, kind }: Resource, name: string): string {
  if (custom) return `unstructured.Unstructured${name === kind ? '' : 'List'}`
  return `${group.split('.')[0] || 'core'}.${name}`
}

async function watch(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const call = callOf(exchange, store.resource.namespaced)
  const options = { ...listOptions(exchange.query, true), name: exchange.at.name }
  const watcher = await watchObjects(store, call, options)
  const encode = frameEncoder(context, store.codec)
  const { format, as } = exchange.accepted
  async function* told<T>(write: (items: readonly WatchItem[]) => T): AsyncGenerator<T> {
    try {
      for await (const items of watcher) {
        // An object cannot be made a list: upstream ends there without a word.
        if (as === 'PartialObjectMetadataList') return
        yield write(items)
      }
    } finally {
      watcher.end()
    }
  }
  if (wantsWebSocket(exchange.request)) {
    const events = told((items) => items.map((item) => Buffer.concat(encode(item))))
    return eventsOverWebSocket(exchange.request, events, { asText: format !== 'protobuf' })
  }
  const frames = told((items) => Buffer.concat(items.flatMap(encode)))
  const type = format === 'protobuf' ? `${CONTENT_TYPE.protobuf};stream=watch` : CONTENT_TYPE.json
  return { status: 200, headers: { 'content-type': type }, body: frames }
}

/** The object of a request body, with defaults. */
async function readObject(store: Store, exchange: Exchange, call: WriteCall): Promise<KubeObject> {
  const { fieldValidation } = call.options
  const body = await readObjectBody(exchange.request)
  const { warnings, isKnownKind } = exchange
  const context = { fieldValidation, warnings, isKnownKind }
  const object = decodeObject(store.resource, body, context)
  store.resource.strategy.applyDefaults(object)
  return object
}

async function create(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const options = writeOptions(exchange.query, 'CreateOptions')
  const call = { ...callOf(exchange, store.resource.namespaced), options }
  const object = await readObject(store, exchange, call)
  const served = await createObject(store, call, object)
  return replyObject(context, store.codec, { status: 201, served })
}

export async function update(
  store: Store,
  exchange: Exchange,
  rules: UpdateRules,
): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const options = writeOptions(exchange.query, 'UpdateOptions')
  const call = { ...callOf(exchange, store.resource.namespaced), options }
  const object = await readObject(store, exchange, call)
  const { name } = exchange.at
  claimName(object, name)
  const { served, created } = await updateObject(store, call, {
    name,
    rules,
    uid: object.metadata.uid,
    change: () => copyJson(object),
    ...(rules.subresource === '' && { createInstead: () => object }),
  })
  return replyObject(context, store.codec, { status: created ? 201 : 200, served })
}

export async function patch(
  store: Store,
  exchange: Exchange,
  rules: UpdateRules,
): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const { served, created } = await patchObject(store, exchange, rules)
  return replyObject(context, store.codec, { status: created ? 201 : 200, served })
}

async function remove(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const options = await readDeleteOptions(exchange)
  const call = callOf(exchange, store.resource.namespaced)
  warnOfOrphans(store, call, options)
  const deleted = await deleteObject(store, call, { name: exchange.at.name, options })
  const foreground = options.orphanDependents === false && !deleted.gone
  if (deleted.gone && !returnsDeleted(store.resource)) {
    return replyStatus(exchange.accepted, deletedStatus(store.resource, deleted), 200)
  }
  const status = foreground ? 202 : 200
  return replyObject(context, store.codec, { status, served: deleted.served })
}

/** Jobs alone, as upstream: replication controllers keep their pods without a word. */
function warnOfOrphans(store: Store, call: Call, options: DeleteOptions): void {
  if (store.resource.kind !== 'Job' || store.resource.group !== 'batch') return
  if (options.propagationPolicy !== undefined || options.orphanDependents !== undefined) return
  call.warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background ' +
      'to remove them or set propagationPolicy=Orphan to suppress this warning',
  )
}

// Upstream's ReturnDeletedObject: their last state is the answer, for others a Status.
const RETURNS_DELETED = new Set(['Pod', 'Service', 'ServiceAccount'])
const returnsDeleted = ({ kind, custom }: Resource) => !custom && RETURNS_DELETED.has(kind)

function deletedStatus(resource: Resource, deleted: Deleted) {
  const { name = '', uid = '' } = deleted.object.metadata
  return successStatus({
    name,
    ...(resource.group && { group: resource.group }),
    kind: resource.plural,
    uid,
  })
}

/** From the body, or from the query when there is none. Throws 400 and 422. */
export async function readDeleteOptions(exchange: Exchange) {
  const body = await readObjectBody(exchange.request)
  const options =
    body.bytes.length > 0 ? decodeDeleteOptions(body) : deleteOptionsFromQuery(exchange.query)
  checkDeleteOptions(options)
  return options
}

async function removeAll(store: Store, exchange: Exchange): Promise<HttpResponse> {
  const context = replyContext(exchange)
  const options = await readDeleteOptions(exchange)
  const call = callOf(exchange, store.resource.namespaced)
  const selectors = listOptions(exchange.query, false)
  const page = await deleteCollection(store, call, { options, selectors })
  return replyList(context, store.codec, page)
}
