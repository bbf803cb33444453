import assert from 'node:assert/strict'
import { configMap, Harness, MERGE } from './harness.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'

/** What clients hear of paths, methods, formats and parameters, as kube-apiserver says it. */
describe('the protocol of the API server', () => {
  let harness: Harness
  before(async () => {
    harness = await Harness.start()
    for (const name of ['a', 'b', 'c']) {
      await harness.call(`POST ${MAPS}`, { body: configMap(name, { data: { name } }) })
    }
  })
  after(() => harness.stop())

  const answers: readonly (readonly [call: string, status: number])[] = [
    [`HEAD ${MAPS}`, 405],
    [`OPTIONS ${MAPS}/a`, 405],
    ['HEAD /api/v1', 405],
    ['HEAD /apis/apps', 200],
    ['POST /apis', 200],
    ['POST /api', 405],
    ['OPTIONS /apis/apps/v2', 404],
    ['GET /api/v1/bindings', 404],
    ['GET /api/v1//pods', 404],
    ['GET //api/v1/pods', 404],
    ['GET /api/v1/namespaces//pods', 200],
    ['GET /api/v1/namespaces/default/nodes/x', 404],
    ['GET /api/v1/namespaces/default/pods/x/status/y', 404],
    ['GET /api/v1/watch/pods/x', 404],
    ['GET /apis/authorization.k8s.io/v1/localsubjectaccessreviews', 404],
    ['GET /healthz/', 404],
    ['GET /openapi/v3/', 404],
    ['GET /index.html', 200],
    [`GET ${MAPS}?limit=`, 400],
    [`GET ${MAPS}?limit=9223372036854775808`, 400],
    [`GET ${MAPS}?limit=%zz`, 200],
    [`GET ${MAPS}?resourceVersion=x&limit=1`, 400],
    [`GET ${MAPS}?resourceVersion=18446744073709551616`, 500],
    [`POST ${MAPS}?dryRun=`, 422],
    [`PATCH ${MAPS}/a`, 406],
    ['GET /api/v1/namespaces?fieldSelector=name%3Dx', 400],
    ['GET /api/v1/nodes?fieldSelector=metadata.namespace%3Dx', 400],
  ]
  for (const [call, status] of answers) {
    it(`${call}: ${status}`, async () => {
      const body = call.startsWith('POST /api/v1') ? { body: configMap('x') } : {}
      assert.equal((await harness.call(call, body)).status, status)
    })
  }

  it('answers tell whose turn it was, failures and watches too', async () => {
    const { headers } = await harness.call(`GET ${MAPS}/none`)
    assert.ok(headers['x-kubernetes-pf-flowschema-uid'])
    const watch = await harness.send(`GET ${MAPS}?watch=true&timeoutSeconds=0`)
    assert.ok(watch.headers['x-kubernetes-pf-prioritylevel-uid'])
    assert.ok(headers['date'])
  })

  it('what is laid out for people ends without a line’s end, also for those who read by curl', async () => {
    const text = async (call: string, headers: Record<string, string> = {}) =>
      (await harness.call(call, { headers })).bytes.toString()
    assert.match(await text(`GET ${MAPS}/a?pretty=1`), /^\{\n {2}"kind"[^]*\}$/)
    assert.match(await text(`GET ${MAPS}/a`, { 'user-agent': 'curl/8' }), /^\{\n/)
    assert.match(await text(`GET ${MAPS}/a?pretty=false`, { 'user-agent': 'curl/8' }), /\}\n$/)
    assert.match(await text('GET /version'), /^\{\n {2}"major"[^]*\}$/)
  })

  const accepted: readonly (readonly [accept: string, status: number, message?: RegExp])[] = [
    ['application/*', 406, /Available representations: application\/json, application\/yaml/],
    ['APPLICATION/JSON', 406],
    ['application/json;stream=other', 406, /only the following media types are accepted/],
    ['application/json;sv=v1', 200],
    ['application/json;sv=v2', 406],
    ['application/json;g=meta.k8s.io', 406],
    [
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      406,
      /is not a list \(\*core\.ConfigMap\)/,
    ],
  ]
  for (const [accept, status, message = /.*/] of accepted) {
    it(`Accept: ${accept}: ${status}`, async () => {
      const answer = await harness.call(`GET ${MAPS}/a`, { headers: { accept } })
      assert.equal(answer.status, status)
      if (status === 200) return
      assert.match(answer.json.message, message)
      if (accept !== 'application/*') assert.match(answer.bytes.toString(), /^\{\n/, 'for people')
    })
  }

  it('a watch cannot be YAML', async () => {
    const headers = { accept: 'application/yaml, application/json' }
    const { status, bytes } = await harness.call(`GET ${MAPS}?watch=true`, { headers })
    assert.equal(status, 406)
    assert.match(bytes.toString(), /application\/json;stream=watch/)
  })

  const tokens: readonly (readonly [token: string, message: string])[] = [
    ['x', 'illegal base64 data at input byte 0'],
    ['e30', 'server does not recognize this encoded version '],
    ['W10', 'json: cannot unmarshal array into Go value of type storage.continueToken'],
    ['eyJ2IjoibWV0YS5rOHMuaW8vdjEi', 'unexpected end of JSON input'],
    [
      Buffer.from('{"v":"meta.k8s.io/v1","rv":5,"start":""}').toString('base64url'),
      'encoded start key empty (version meta.k8s.io/v1)',
    ],
    [Buffer.from('{"v":"meta.k8s.io/v1","rv":5,"start":"../x"}').toString('base64url'), '../x'],
  ]
  for (const [token, message] of tokens) {
    it(`a wrong token to continue with: ${message}`, async () => {
      const { status, json } = await harness.call(`GET ${MAPS}?limit=1&continue=${token}`)
      assert.equal(status, 400)
      assert.equal(json.message, `invalid continue token: continue key is not valid: ${message}`)
    })
  }

  it('who watches from now and reads bookmarks hears where the state ends', async () => {
    const end = new AbortController()
    const url = `${MAPS}?watch=true&allowWatchBookmarks=true`
    const events: { type: string; object: { metadata: Record<string, unknown> } }[] = []
    for await (const event of harness.watch(url, { signal: end.signal })) {
      events.push(event)
      if (event.type === 'BOOKMARK') break
    }
    const { metadata } = events.at(-1)?.object ?? {}
    const annotations = metadata?.['annotations'] as Record<string, string>
    assert.equal(metadata?.['creationTimestamp'], null)
    assert.equal(annotations['k8s.io/initial-events-end'], 'true')
    const list = annotations['kubernetes.io/initial-events-list-blueprint'] ?? ''
    assert.equal(
      Buffer.from(list, 'base64').toString(),
      '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":null}\n',
    )
  })

  const bodies: readonly (readonly [body: string, message: string])[] = [
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['01', "invalid character '1' after top-level value"],
    ['-', "invalid character ' ' in numeric literal"],
    ['1e', "invalid character ' ' in exponent of numeric literal"],
    ['{"a":"\t"}', "invalid character '\\t' in string literal"],
    ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
    ['{"kind":1}', 'json: cannot unmarshal number into Go struct field .kind of type string'],
  ]
  for (const [body, message] of bodies) {
    it(`${JSON.stringify(body)} is no object`, async () => {
      const { status, json } = await harness.call(`POST ${MAPS}`, { body })
      assert.equal(status, 400)
      assert.ok(json.message.includes(`json parse error: ${message} (`), json.message)
    })
  }

  it('YAML: of several documents the first, and a dot is a name', async () => {
    const headers = { 'content-type': 'application/yaml' }
    const body = 'metadata: {name: doc}\ndata: {a: b}\n---\nmetadata: {name: z}'
    const made = await harness.call(`POST ${MAPS}`, { headers, body })
    assert.equal(made.json.metadata.name, 'doc')
    const dotted = await harness.call(`POST ${MAPS}`, {
      headers,
      body: 'metadata: {name: dot}\ndata:\n  .: x\n',
    })
    assert.match(dotted.json.message, /data\[\.\]: Invalid value: "\."/)
  })

  it('names the sub-resource to who reads the scale of nothing', async () => {
    const url = '/apis/apps/v1/namespaces/default/deployments/none/scale'
    assert.equal(
      (await harness.call(`GET ${url}`)).json.message,
      'deployments/scale.apps "none" not found',
    )
    const headers = MERGE
    const { json } = await harness.call(`PATCH ${url}`, {
      headers,
      body: { spec: { replicas: 1 } },
    })
    assert.equal(json.message, 'deployments.apps "none" not found')
  })
})
