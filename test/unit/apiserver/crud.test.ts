import assert from 'node:assert/strict'
import { configMap, Harness, MERGE, pod } from './harness.ts'

const CMS = '/api/v1/namespaces/default/configmaps'

describe('registry', () => {
  let h: Harness
  beforeEach(async () => {
    h = await Harness.start()
  })
  afterEach(() => h.stop())

  it('creates, reads, replaces, patches and deletes', async () => {
    const made = await h.call(`POST ${CMS}`, { body: configMap('a', { data: { x: '1' } }) })
    assert.equal(made.status, 201, made.bytes.toString())
    const read = await h.call(`GET ${CMS}/a`)
    assert.deepEqual(read.json, made.json)
    const put = await h.call(`PUT ${CMS}/a`, { body: { ...read.json, data: { x: '2' } } })
    assert.equal(put.json.data.x, '2')
    const stale = await h.call(`PUT ${CMS}/a`, { body: { ...read.json, data: { x: '3' } } })
    assert.equal(stale.status, 409)
    const patched = await h.call(`PATCH ${CMS}/a`, { headers: MERGE, body: { data: { y: '1' } } })
    assert.deepEqual(patched.json.data, { x: '2', y: '1' }, patched.bytes.toString())
    const list = await h.call(`GET ${CMS}`)
    assert.equal(list.json.items.length, 1)
    const gone = await h.call(`DELETE ${CMS}/a`)
    assert.equal(gone.json.status, 'Success')
    assert.equal((await h.call(`GET ${CMS}/a`)).status, 404)
  })

  it('refuses a ConfigMap of more than a mebibyte', async () => {
    const body = configMap('big', { data: { a: 'x'.repeat(1024 * 1024), b: 'y' } })
    const { status, json } = await h.call(`POST ${CMS}`, { body })
    assert.equal(status, 422)
    const message = 'ConfigMap "big" is invalid: []: Too long: may not be more than 1048576 bytes'
    assert.equal(json.message, message)
  })

  it('tells a patch that leaves its object without a name, or elsewhere, what is wrong', async () => {
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    const patch = async (body: unknown, name = 'a') => {
      const { status, json } = await h.call(`PATCH ${CMS}/${name}`, { headers: MERGE, body })
      return `${status} ${json.message}`
    }
    const nameless =
      'the name of the object (a based on URL) was undeterminable: name must be provided'
    assert.equal(await patch({ metadata: { name: null } }), `400 ${nameless}`)
    assert.equal(await patch({ metadata: null }), `400 ${nameless}`)
    const elsewhere =
      'the namespace of the provided object does not match the namespace sent on the request'
    assert.equal(await patch({ metadata: { namespace: 'x' } }), `400 ${elsewhere}`)
    // The kind is known without being said.
    assert.match(await patch({ kind: null }), /^200 /)
    assert.equal(await patch('x', 'none'), '404 configmaps "none" not found')
  })

  it('warns of what strict reading finds in a patch, also when it is refused', async () => {
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    const warned = async (type: string, body: unknown) => {
      const headers = { 'content-type': `application/${type}+json` }
      const answer = await h.call(`PATCH ${CMS}/a`, { headers, body })
      return `${answer.status} ${answer.headers['warning']}`
    }
    const twice = '{"data":{"a":"1","a":"2"}}'
    const duplicate = '200 299 - "duplicate field \\"data.a\\""'
    assert.equal(await warned('merge-patch', twice), duplicate)
    assert.equal(await warned('strategic-merge-patch', twice), duplicate)
    const step = [{ op: 'add', path: '/data/c', value: '3', extra: 1 }]
    const extra = '200 299 - "json patch unknown field \\"[0].extra\\""'
    assert.equal(await warned('json-patch', step), extra)
    const refused = { other: 1, metadata: { labels: { a: ' ' } } }
    assert.equal(await warned('merge-patch', refused), '422 299 - "unknown field \\"other\\""')
  })

  it('tells of options of a delete that are none as an error of its own', async () => {
    const remove = async (body: string) => {
      const headers = { 'content-type': 'application/json' }
      const { status, json } = await h.call(`DELETE ${CMS}/a`, { headers, body })
      return `${status} ${json.message}`
    }
    const syntax = `couldn't get version/kind; json parse error: invalid character 'x' looking for beginning of value`
    assert.equal(await remove('x'), `500 ${syntax}`)
    const type =
      'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64'
    assert.equal(await remove('{"gracePeriodSeconds":"x"}'), `500 ${type}`)
    assert.equal((await h.call(`DELETE ${CMS}/a?propagationPolicy=`)).status, 422)
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    assert.equal((await h.call(`DELETE ${CMS}/a?uid=another`)).status, 409)
  })

  it('refuses wrong types in a strategic merge patch in the words of the converter', async () => {
    const pods = '/api/v1/namespaces/default/pods'
    const account = { metadata: { name: 'default' } }
    await h.call('POST /api/v1/namespaces/default/serviceaccounts', { body: account })
    await h.call(`POST ${pods}`, { body: pod('p') })
    const headers = { 'content-type': 'application/strategic-merge-patch+json' }
    const cases: [spec: object, shown: string, why: string][] = [
      [{ priority: 'a' }, 'priority:a', 'unrecognized type: int32'],
      [{ nodeName: 7 }, 'nodeName:7', 'cannot convert int64 to string'],
      [{ hostNetwork: 'yes' }, 'hostNetwork:yes', 'unrecognized type: bool'],
      [{ volumes: {} }, 'volumes:map[]', 'cannot restore slice from map'],
      [{ nodeSelector: 'x' }, 'nodeSelector:x', 'cannot restore map from string'],
      [{ affinity: true }, 'affinity:true', 'cannot restore struct from: bool'],
    ]
    for (const [spec, shown, why] of cases) {
      const { status, json } = await h.call(`PATCH ${pods}/p`, { headers, body: { spec } })
      assert.equal(status, 422)
      assert.equal(
        json.message,
        ` "" is invalid: patch: Invalid value: "map[spec:map[${shown}]]": ${why}`,
      )
    }
    const { json } = await h.call(`PATCH ${pods}/p`, {
      headers: MERGE,
      body: { spec: { priority: 'a' } },
    })
    assert.match(json.message, /cannot unmarshal string into Go struct field PodSpec.spec.priority/)
  })

  it('watches from a version, through a selector', async () => {
    const { json } = await h.call(`GET ${CMS}`)
    const end = new AbortController()
    const version = json.metadata.resourceVersion
    const events = h.watch(`${CMS}?watch=1&labelSelector=a%3Db&resourceVersion=${version}`, {
      signal: end.signal,
    })
    const labels = { a: 'b' }
    await h.call(`POST ${CMS}`, { body: configMap('n', { metadata: { name: 'n', labels } }) })
    const first = (await events.next()).value
    assert.equal(first.type, 'ADDED')
    const body = { metadata: { labels: { a: 'c' } } }
    await h.call(`PUT ${CMS}/n`, {
      body: configMap('n', { metadata: { name: 'n', ...body.metadata } }),
    })
    const second = (await events.next()).value
    assert.equal(second.type, 'DELETED')
    assert.equal(second.object.metadata.labels.a, 'b')
    end.abort()
    assert.equal((await events.next()).done, true)
  })
})
