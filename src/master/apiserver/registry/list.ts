import { StatusError } from '../../../base/index.ts'
import { isCompacted, type ListResult, type Revision } from '../../../kv/index.ts'
import { namespacePrefix } from '../keys.ts'
import { ObjectRevision } from '../object-revision.ts'
import { badStoreVersion, type ListOptions, parseVersion } from '../options.ts'
import { statusErrors } from '../status.ts'
import { decodeToken, encodeToken } from './continue-token.ts'
import { parseSelection, type Selection } from './select.ts'
import { type Call, keyOf, type Store } from './store.ts'

/** How long a read waits for the cache to come to its revision. */
const FRESHNESS_TIMEOUT_MS = 3_000
/** Keys per request to the store when a selector leaves most of them out. */
const PAGE_KEYS_MIN = 100
const PAGE_KEYS_MAX = 10_000

export interface ListPage {
  /** The revision that the page is of. */
  readonly revision: Revision
  readonly objects: readonly ObjectRevision[]
  /** Empty on the last page. */
  readonly continue: string
  readonly remaining: number | undefined
}

/** One object. `version` as in the API: empty is the newest, else at least that fresh, from the cache. */
export async function getObject(
  store: Store,
  call: Call,
  at: { name: string; version: string },
): Promise<ObjectRevision> {
  const key = keyOf(store, call, at.name)
  const version = parseVersion(at.version)
  if (version === undefined || (store.resource.conversion && !store.cache.synced)) {
    const { kv } = await store.kv.get(key, { signal: call.signal })
    if (!kv) throw statusErrors.notFound(store.resource, at.name)
    const cached = store.cache.get(key)
    if (cached?.revision === kv.modRevision) return cached
    return ObjectRevision.fromStored(store.codec, kv)
  }
  await waitForCache(store, call, version)
  const cached = store.cache.get(key)
  if (!cached) throw statusErrors.notFound(store.resource, at.name)
  return cached
}

/** Objects in the order of their keys (KEP-2340: consistent lists come from the cache). */
export async function listObjects(
  store: Store,
  call: Call,
  options: ListOptions & { name?: string },
): Promise<ListPage> {
  const selection = parseSelection(store.resource, options)
  const prefix = namespacePrefix(store.resource, call.namespace)
  if (options.continue !== '') {
    const token = decodeToken(options.continue)
    const from = { prefix, after: prefix + token.after, limit: options.limit, selection }
    return continueList(store, call, { ...from, revision: token.revision })
  }
  const match = options.resourceVersionMatch
  const fromStore = match === '' ? options.limit > 0 : match === 'Exact'
  const onBad = fromStore ? badStoreVersion : undefined
  const version = parseVersion(options.resourceVersion, onBad)
  if (isExact(options, version)) {
    const from = { prefix, after: undefined, limit: options.limit, selection }
    return readPages(store, call, { ...from, revision: version })
  }
  const current = () => store.kv.currentRevision({ signal: call.signal })
  const wanted = version ?? (await current())
  const limit = version === 0 ? 0 : options.limit
  const { cache, resource } = store
  const behind = !cache.synced || (version === undefined && cache.revision < wanted)
  if (resource.conversion && behind) {
    // While a conversion webhook fails the cache cannot come: the store itself then says why.
    const revision = version === undefined ? wanted : await current()
    return readPages(store, call, { prefix, after: undefined, limit, selection, revision })
  }
  await waitForCache(store, call, wanted)
  return firstPage(store, { prefix, limit, selection })
}

/** Waits until the cache is as fresh as `version`; 0 takes it as it is. */
export async function waitForCache(store: Store, call: Call, version: Revision): Promise<void> {
  const { signal } = call
  await store.cache.waitFor(version, { timeoutMs: FRESHNESS_TIMEOUT_MS, signal })
}

// A limited list at a version without a match rule is exact, for its pages must fit together.
function isExact(options: ListOptions, version: number | undefined): version is number {
  if (version === undefined || version === 0) return false
  if (options.resourceVersionMatch !== '') return options.resourceVersionMatch === 'Exact'
  return options.limit > 0
}

function firstPage(
  store: Store,
  of: { prefix: string; limit: number; selection: Selection },
): ListPage {
  const { prefix, limit, selection } = of
  const { revision } = store.cache
  const all = store.cache.list(prefix)
  if (limit === 0) {
    const objects = selection.everything ? all : all.filter(selection.matches)
    return { revision, objects, continue: '', remaining: undefined }
  }
  const objects: ObjectRevision[] = []
  let looked = 0
  for (const object of all) {
    if (objects.length === limit) break
    looked++
    if (selection.matches(object)) objects.push(object)
  }
  const last = all[looked - 1]
  if (looked === all.length || !last) {
    return { revision, objects, continue: '', remaining: undefined }
  }
  return {
    revision,
    objects,
    continue: encodeToken({ revision, after: last.key.slice(prefix.length) }),
    remaining: selection.everything ? all.length - looked : undefined,
  }
}

interface PageRequest {
  readonly prefix: string
  readonly after: string | undefined
  /** 0: no limit. */
  readonly limit: number
  readonly selection: Selection
  readonly revision: Revision
}

async function continueList(store: Store, call: Call, page: PageRequest): Promise<ListPage> {
  // After its revision was compacted a list may go on at the newest, inconsistently.
  const revision =
    page.revision < 0 ? await store.kv.currentRevision({ signal: call.signal }) : page.revision
  try {
    return await readPages(store, call, { ...page, revision })
  } catch (error) {
    if (!isExpired(error)) throw error
    const after = (page.after ?? page.prefix).slice(page.prefix.length)
    throw new ContinueExpired(encodeToken({ revision: -1, after }))
  }
}

const isExpired = (error: unknown) => error instanceof StatusError && error.reason === 'Expired'

/** 410 with a token that goes on inconsistently, which stands in the Status' metadata. */
export class ContinueExpired extends StatusError {
  readonly continue: string
  constructor(token: string) {
    super(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. ' +
        'You can start a new list without the continue parameter, or use the continue token in ' +
        'this response to retrieve the remainder of the results. Continuing with the provided ' +
        'token results in an inconsistent list - objects that were created, modified, or ' +
        'deleted between the time the first chunk was returned and now may show up in the list.',
    )
    this.continue = token
  }
}

/** From the store itself, as of an old revision. */
async function readPages(store: Store, call: Call, page: PageRequest): Promise<ListPage> {
  const { prefix, selection, revision, limit } = page
  const objects: ObjectRevision[] = []
  let after = page.after
  let keys = limit === 0 ? PAGE_KEYS_MAX : Math.max(limit, selection.everything ? 0 : PAGE_KEYS_MIN)
  for (;;) {
    const part = await readKeys(store, call, { prefix, after, limit: keys, revision })
    for (const [index, kv] of part.kvs.entries()) {
      after = kv.key
      const object = ObjectRevision.fromStored(store.codec, kv)
      if (!selection.matches(object)) continue
      objects.push(object)
      if (objects.length !== limit) continue
      const left = part.count - index - 1
      if (left === 0) break
      const token = encodeToken({ revision, after: after.slice(prefix.length) })
      const remaining = selection.everything ? left : undefined
      return { revision, objects, continue: token, remaining }
    }
    if (!part.more) return { revision, objects, continue: '', remaining: undefined }
    keys = Math.min(keys * 2, PAGE_KEYS_MAX)
  }
}

async function readKeys(
  store: Store,
  call: Call,
  of: { prefix: string; after: string | undefined; limit: number; revision: Revision },
): Promise<ListResult> {
  const { prefix, after, limit, revision } = of
  const { signal } = call
  try {
    const from = after === undefined ? {} : { after }
    return await store.kv.list(prefix, { limit, revision, signal, ...from })
  } catch (error) {
    if (!isCompacted(error)) throw error
    throw statusErrors.expired('The resourceVersion for the provided list is too old.')
  }
}
