import assert from 'node:assert/strict'
import { decodeProto, listStructOf, ConfigMap, unwrapProtobuf } from '../../../src/api/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { configMap, Harness, type Json, MERGE } from './harness.ts'

const CMS = '/api/v1/namespaces/default/configmaps'
const PROTOBUF = { accept: 'application/vnd.kubernetes.protobuf' }
const names = (json: Json): string[] => json.items.map((i: Json) => i.metadata.name)

describe('lists and watches', () => {
  let h: Harness
  beforeEach(async () => {
    h = await Harness.start()
    for (let i = 0; i < 7; i++) {
      await h.call(`POST ${CMS}`, { body: configMap(`c${i}`, { data: { i: `${i}` } }) })
    }
  })
  afterEach(() => h.stop())

  it('go on page by page as of the first page, whatever happens meanwhile', async () => {
    const first = await h.call(`GET ${CMS}?limit=3`)
    assert.deepEqual(names(first.json), ['c0', 'c1', 'c2'])
    assert.equal(first.json.metadata.remainingItemCount, 4)
    await h.call(`DELETE ${CMS}/c4`)
    await h.call(`POST ${CMS}`, { body: configMap('c99') })
    const second = await h.call(`GET ${CMS}?limit=3&continue=${first.json.metadata.continue}`)
    assert.deepEqual(names(second.json), ['c3', 'c4', 'c5'])
    assert.equal(second.json.metadata.resourceVersion, first.json.metadata.resourceVersion)
    const third = await h.call(`GET ${CMS}?limit=3&continue=${second.json.metadata.continue}`)
    assert.deepEqual(names(third.json), ['c6'])
    assert.equal(third.json.metadata.continue, undefined)
  })

  it('tell when their page is too old, with a token that goes on inconsistently', async () => {
    const { json } = await h.call(`GET ${CMS}?limit=3`)
    await h.call(`DELETE ${CMS}/c3`)
    await h.kv.compact(await h.kv.currentRevision())
    const late = await h.call(`GET ${CMS}?limit=3&continue=${json.metadata.continue}`)
    assert.equal(late.status, 410)
    assert.equal(late.json.reason, 'Expired')
    assert.match(late.json.message, /^The provided continue parameter is too old/)
    const rest = await h.call(`GET ${CMS}?continue=${late.json.metadata.continue}`)
    assert.deepEqual(names(rest.json), ['c4', 'c5', 'c6'])
    const exact = `${CMS}?resourceVersion=${json.metadata.resourceVersion}&resourceVersionMatch=Exact`
    assert.equal((await h.call(`GET ${exact}`)).status, 410)
  })

  it('are the same in protobuf as in JSON', async () => {
    const { json } = await h.call(`GET ${CMS}`)
    const { bytes, headers } = await h.call(`GET ${CMS}`, { headers: PROTOBUF })
    assert.equal(headers['content-type'], 'application/vnd.kubernetes.protobuf')
    const { kind, raw } = unwrapProtobuf(bytes)
    assert.equal(kind, 'ConfigMapList')
    const list = decodeProto<Json>(listStructOf(ConfigMap), raw)
    assert.deepEqual(list.items, json.items)
    assert.equal(list.metadata.resourceVersion, json.metadata.resourceVersion)
  })

  it('send the state, its end and a bookmark to who asks for initial events', async () => {
    const end = new AbortController()
    const url =
      `${CMS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan` +
      '&allowWatchBookmarks=true'
    const events = h.watch(url, { signal: end.signal })
    for (let i = 0; i < 7; i++) assert.equal((await events.next()).value.type, 'ADDED')
    const { type, object } = (await events.next()).value
    assert.equal(type, 'BOOKMARK')
    assert.equal(object.metadata.annotations['k8s.io/initial-events-end'], 'true')
    end.abort()
  })

  it('end initial events with the empty list that the client would have been given', async () => {
    const url = `${CMS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`
    const blueprint = async (accept: string) => {
      const end = new AbortController()
      const events = h.watch(url, { signal: end.signal, headers: { accept } })
      for (;;) {
        const { type, object } = (await events.next()).value
        if (type !== 'BOOKMARK') continue
        end.abort()
        const isPartial = accept.includes('PartialObjectMetadata')
        assert.equal(object.kind, isPartial ? 'PartialObjectMetadata' : 'ConfigMap')
        const text = object.metadata.annotations['kubernetes.io/initial-events-list-blueprint']
        return JSON.parse(Buffer.from(text, 'base64').toString())
      }
    }
    const list = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: {}, items: null }
    assert.deepEqual(await blueprint('application/json'), list)
    assert.deepEqual(
      await blueprint('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'),
      { ...list, kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' },
    )
  })

  it('show ages as of each event, not as of the beginning of the watch', async () => {
    let aheadMs = 0
    const clock = {
      nowMs: () => systemClock.nowMs() + aheadMs,
      monotonicMs: () => systemClock.monotonicMs(),
      after: systemClock.after.bind(systemClock),
      every: systemClock.every.bind(systemClock),
    }
    const server = await Harness.start({ clock })
    const end = new AbortController()
    try {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
      await server.call(`POST ${CMS}`, { body: configMap('aging') })
      const options = { signal: end.signal, headers: { accept } }
      const events = server.watch(`${CMS}?watch=1`, options)
      const age = async (): Promise<string> => (await events.next()).value.object.rows[0].cells[2]
      assert.match(await age(), /^[01]s$/)
      aheadMs = 60 * 60_000
      const body = { data: { a: 'b' } }
      await server.call(`PATCH ${CMS}/aging`, { headers: MERGE, body })
      assert.equal(await age(), '60m')
    } finally {
      end.abort()
      await server.stop()
    }
  })

  it('end with the timeout that was asked for', async () => {
    const end = new AbortController()
    const version = (await h.call(`GET ${CMS}`)).json.metadata.resourceVersion
    const url = `${CMS}?watch=1&timeoutSeconds=1&resourceVersion=${version}`
    const started = Date.now()
    assert.equal((await h.watch(url, { signal: end.signal }).next()).done, true)
    assert.ok(Date.now() - started >= 900)
  })

  it('drop a watcher that does not read, and nobody else', async () => {
    const version = (await h.call(`GET ${CMS}`)).json.metadata.resourceVersion
    const end = new AbortController()
    const url = `${CMS}?watch=1&resourceVersion=${version}`
    const slow = (await h.send(`GET ${url}`, { signal: end.signal })).body
    const quick = h.watch(url, { signal: end.signal })
    let seen = 0
    let onSeen: (() => void) | undefined
    const reading = (async () => {
      for await (const _ of quick) {
        seen++
        onSeen?.()
        if (seen === 10_050) break
      }
    })()
    await rewrite('/registry/configmaps/default/c0', 10_050, async (written) => {
      // Who reads is never far behind, however busy the machine is.
      while (seen < written - 1000) await new Promise<void>((resolve) => (onSeen = resolve))
    })
    await reading
    assert.equal(seen, 10_050)
    let slowSeen = 0
    assert.ok(slow !== undefined && !(slow instanceof Uint8Array))
    for await (const chunk of slow) {
      slowSeen += Buffer.from(chunk).toString().split('\n').length - 1
    }
    assert.equal(slowSeen, 10_000)
    end.abort()
    // The history is bounded as well: who was dropped and comes back is told to list again.
    const again = h.watch(url, { signal: new AbortController().signal })
    assert.equal((await again.next()).value.object.code, 410)
  }).timeout(60_000)

  /** Changes of an object as they come from the store: requests for so many would take seconds. */
  async function rewrite(key: string, times: number, after: (written: number) => Promise<void>) {
    const { kv } = await h.kv.get(key)
    assert.ok(kv)
    let revision = kv.modRevision
    for (let written = 1; written <= times; written++) {
      const result = await h.kv.update(key, kv.value, revision)
      assert.equal(result.kind, 'ok')
      if (result.kind === 'ok') revision = result.revision
      await after(written)
    }
  }
})
