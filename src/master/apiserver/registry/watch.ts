import type { Timer } from '../../../base/index.ts'
import type { CacheWatcher } from '../cache/watcher.ts'
import { namespacePrefix } from '../keys.ts'
import { type ListOptions, parseVersion } from '../options.ts'
import { waitForCache } from './list.ts'
import { parseSelection } from './select.ts'
import type { Call, Store } from './store.ts'

/** A watch without a timeout of its own ends after this long, or up to twice that, at random. */
const TIMEOUT_SECONDS_MIN = 1_800
const BOOKMARK_MS = 60_000
/** The last bookmark comes shortly before the end, so that the client can go on from there. */
const LAST_BOOKMARK_MS = 2_000

/** A watch from `resourceVersion`, or from the state of now. Ends with its timeout or the call's signal. */
export async function watchObjects(
  store: Store,
  call: Call,
  options: ListOptions & { name?: string },
): Promise<CacheWatcher> {
  const selection = parseSelection(store.resource, options)
  const version = parseVersion(options.resourceVersion)
  if (store.conversion && !store.cache.synced) {
    // While a conversion webhook fails the cache cannot come: the store itself then says why.
    await store.kv.list(namespacePrefix(store.resource, call.namespace), { signal: call.signal })
  }
  const withState = options.sendInitialEvents ?? (version === undefined || version === 0)
  if (withState) {
    const { signal } = call
    await waitForCache(store, call, version ?? (await store.kv.currentRevision({ signal })))
  } else {
    await waitForCache(store, call, 0)
  }
  const watcher = store.cache.watch({
    prefix: namespacePrefix(store.resource, call.namespace),
    // Without the state, any version is the one that there is.
    from: withState ? undefined : version || store.cache.revision,
    matches: selection.matches,
    markInitialEnd: options.sendInitialEvents === true && options.allowWatchBookmarks,
  })
  limitLife(store, call, { watcher, options })
  return watcher
}

function limitLife(
  store: Store,
  call: Call,
  of: { watcher: CacheWatcher; options: ListOptions },
): void {
  const { watcher, options } = of
  const { clock, cache, kv } = store
  const seconds = options.timeoutSeconds ?? TIMEOUT_SECONDS_MIN * (1 + store.random.float())
  const timeoutMs = seconds * 1000
  const timers: Timer[] = [clock.after(timeoutMs, () => watcher.end(), { unref: true })]
  if (options.allowWatchBookmarks) {
    const bookmark = () => {
      watcher.bookmark(cache.revision)
      // A quiet resource hears of newer revisions only when it asks.
      kv.requestProgress()
    }
    timers.push(clock.every(BOOKMARK_MS, bookmark, { unref: true }))
    const lastMs = timeoutMs - LAST_BOOKMARK_MS
    if (lastMs > 0) timers.push(clock.after(lastMs, bookmark, { unref: true }))
  }
  const onAbort = () => watcher.end()
  if (call.signal.aborted) onAbort()
  call.signal.addEventListener('abort', onAbort, { once: true })
  watcher.onEnd(() => {
    for (const timer of timers) timer.cancel()
    call.signal.removeEventListener('abort', onAbort)
  })
}
