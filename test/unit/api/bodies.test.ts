import assert from 'node:assert/strict'
import { StatusError } from '../../../src/base/index.ts'
import {
  allResources,
  apiVersionOf,
  type ConfigMap,
  configMaps,
  type DecodedBody,
  decodeBody,
  type Deployment,
  deployments,
  describeStrictErrors,
  encodeWatchFrame,
  type MediaType,
  type Pod,
  pods,
  unwrapProtobuf,
} from '../../../src/api/index.ts'
import { encodeObject } from '../../support/encode-object.ts'
import { recordedSteps } from './facts.ts'

const isKnownKind = (apiVersion: string, kind: string) =>
  allResources.some((r) => apiVersionOf(r) === apiVersion && r.kind === kind)

function decode(text: string, media: MediaType = 'json'): DecodedBody<ConfigMap> {
  return decodeBody<ConfigMap>(configMaps, Buffer.from(text), media, { strict: true, isKnownKind })
}

const refused = (message: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof StatusError)
  assert.equal(error.code, 400)
  if (typeof message === 'string') assert.equal(error.message, message)
  else assert.match(error.message, message)
  return true
}

describe('bodies', () => {
  it('are decoded or refused as Kubernetes 1.32 does', function () {
    // The exact place of a fault in YAML is told in the library's own words.
    const skip = new Set(['yaml-bad', 'fv-bad', 'manager-long', 'ct-415'])
    let compared = 0
    for (const step of recordedSteps(this, '09-media-fields')) {
      const body = step.answer?.body as { message?: string } | undefined
      const status = step.answer?.status ?? 0
      const isOurs = step.method === 'POST' && step.path.includes('/configmaps')
      if (!isOurs || skip.has(step.id) || ![201, 400].includes(status)) continue
      const text = typeof step.body === 'string' ? step.body : JSON.stringify(step.body)
      const media = step.headers?.['content-type'] === 'application/yaml' ? 'yaml' : 'json'
      const validation = /fieldValidation=(\w+)/.exec(step.path)?.[1] ?? 'Warn'
      const act = () => {
        const { strictErrors } = decode(text, media)
        if (validation === 'Strict' && strictErrors.length > 0) {
          const why = describeStrictErrors(strictErrors)
          const full = `ConfigMap in version "v1" cannot be handled as a ConfigMap: ${why}`
          throw new StatusError(400, 'BadRequest', full)
        }
      }
      if (status === 201) assert.doesNotThrow(act, step.id)
      else assert.throws(act, refused(body?.message ?? ''), step.id)
      compared++
    }
    assert.ok(compared > 12, `compared ${compared}`)
  })

  it('warn of unknown and duplicate fields by their paths', () => {
    const text =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","name":"q"},' +
      '"spec":{"containers":[{"name":"a","imge":"x"},{"name":"b","env":[{"nam":"c"}]}]}}'
    const { object, strictErrors } = decodeBody<Pod>(pods, Buffer.from(text), 'json', {
      strict: true,
    })
    assert.equal(object.metadata.name, 'q')
    assert.deepEqual(strictErrors, [
      'duplicate field "metadata.name"',
      'unknown field "spec.containers[0].imge"',
      'unknown field "spec.containers[1].env[0].nam"',
    ])
  })

  it('warn in the order of the text, whatever is wrong', () => {
    const { strictErrors } = decode('{"metadata":{"nam":"p"},"data":{"a":"1","a":"2"},"dat":{}}')
    assert.deepEqual(strictErrors, [
      'unknown field "metadata.nam"',
      'duplicate field "data.a"',
      'unknown field "dat"',
    ])
  })

  it('are not fooled by colons and quotes in strings', () => {
    const tricky = { 'a:b': '"c": "d"', 'e\\"': ':', f: '{"g":1,"g":2}' }
    assert.deepEqual(decode(JSON.stringify({ data: tricky })).strictErrors, [])
    assert.deepEqual(decode('{"data":{"a\\u0062":"1","ab":"2"}}').strictErrors, [
      'duplicate field "data.ab"',
    ])
  })

  const wrong: [string, string][] = [
    [
      '{"metadata":{"generation":1.5}}',
      'number 1.5 into Go struct field ObjectMeta.metadata.generation of type int64',
    ],
    ['{"data":7}', 'number into Go struct field ConfigMap.data of type map[string]string'],
    ['{"data":{"a":true}}', 'bool into Go struct field ConfigMap.data of type string'],
    [
      '{"metadata":{"ownerReferences":{}}}',
      'object into Go struct field ObjectMeta.metadata.ownerReferences of type []v1.OwnerReference',
    ],
    ['{"immutable":"yes"}', 'string into Go struct field ConfigMap.immutable of type bool'],
  ]
  for (const [text, fault] of wrong) {
    it(`refuse ${text}`, () => {
      const message = `ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal ${fault}`
      assert.throws(() => decode(text), refused(message))
    })
  }

  it('name the types that Go names', () => {
    const text = '{"spec":{"containers":[{"name":"a","imagePullPolicy":3}],"volumes":"x"}}'
    const decoded = () => decodeBody(pods, Buffer.from(text), 'json')
    const fault = /field Container.spec.containers.imagePullPolicy of type v1.PullPolicy$/
    assert.throws(decoded, refused(fault))
  })

  const broken: [string, string][] = [
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['{"a":[1 2]}', "invalid character '2' after array element"],
    ['{"a":x}', "invalid character 'x' looking for beginning of value"],
    ['{} {}', "invalid character '{' after top-level value"],
    ['{"a":"b', 'unexpected end of JSON input'],
    ['{"a":[', 'unexpected end of JSON input'],
  ]
  for (const [text, fault] of broken) {
    it(`say what is wrong with ${text}`, () => {
      const message =
        'the object provided is unrecognized (must be of type ConfigMap): ' +
        `couldn't get version/kind; json parse error: ${fault} (${text})`
      assert.throws(() => decode(text), refused(message))
    })
  }

  it('name a place in broken YAML', () => {
    assert.throws(() => decode('a: [1,\nb: }', 'yaml'), refused(/yaml: line \d+: .* \(613a205b/))
  })

  it('keep YAML of version 1.1 as Kubernetes reads it', () => {
    const text = 'data:\n  on: "yes"\n  when: "2001-01-01"\n  ratio: "1:30"\n'
    assert.deepEqual(decode(text, 'yaml').object.data, {
      true: 'yes',
      when: '2001-01-01',
      ratio: '1:30',
    })
    assert.throws(() => decode('data:\n  a: 2\n', 'yaml'), refused(/cannot unmarshal number/))
    assert.equal(decode('data:\n  a: 2001-01-01\n', 'yaml').object.data?.['a'], '2001-01-01')
  })

  it('are refused in protobuf when they are none', () => {
    const act = (bytes: Uint8Array) => () => decodeBody(configMaps, bytes, 'protobuf')
    assert.throws(act(Buffer.from('{}')), refused(/does not appear to be a protobuf message/))
    assert.throws(act(Buffer.from('k8s\0\x0a\xff', 'latin1')), refused(/unexpected EOF/))
  })
})

describe('objects on the wire', () => {
  const deployment = decodeBody<Deployment>(
    deployments,
    Buffer.from('{"metadata":{"name":"d"},"spec":{"replicas":0,"paused":false,"selector":{}}}'),
    'json',
  ).object

  it('are JSON as Go writes it: no zeros but where they mean something', () => {
    const json = JSON.parse(Buffer.from(encodeObject(deployments, deployment, 'json')).toString())
    assert.deepEqual(json, {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'd', creationTimestamp: null },
      spec: {
        replicas: 0,
        selector: {},
        strategy: {},
        template: { metadata: { creationTimestamp: null }, spec: { containers: [] } },
      },
      status: {},
    })
    assert.deepEqual(Object.keys(json as object).slice(0, 3), ['kind', 'apiVersion', 'metadata'])
  })

  it('come back from protobuf as they were', () => {
    const bytes = encodeObject(deployments, deployment, 'protobuf')
    assert.deepEqual(decodeBody(deployments, bytes, 'protobuf').object, deployment)
  })

  it('are YAML with sorted keys', () => {
    const map = decode('{"data":{"b":"1","a":"yes"}}').object
    const text = Buffer.from(encodeObject(configMaps, map, 'yaml')).toString()
    assert.equal(
      text,
      'apiVersion: v1\ndata:\n  a: "yes"\n  b: "1"\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n',
    )
  })

  it('are watched in frames with their length in front', () => {
    const envelope = encodeObject(deployments, deployment, 'protobuf')
    const frame = Buffer.from(encodeWatchFrame('ADDED', envelope))
    assert.equal(frame.readUInt32BE(0), frame.length - 4)
    assert.deepEqual([...frame.subarray(4, 11)], [0x0a, 5, ...Buffer.from('ADDED')])
    assert.equal(unwrapProtobuf(frame.subarray(frame.length - envelope.length)).kind, 'Deployment')
  })

  it('are not poisoned by names such as __proto__', () => {
    const { object } = decode('{"data":{"__proto__":"x"},"__proto__":{"polluted":true}}')
    assert.deepEqual(Object.entries(object.data ?? {}), [['__proto__', 'x']])
    assert.equal(Reflect.get({}, 'polluted'), undefined)
    const bytes = encodeObject(configMaps, object, 'protobuf')
    const back = decodeBody<ConfigMap>(configMaps, bytes, 'protobuf').object
    assert.deepEqual(Object.entries(back.data ?? {}), [['__proto__', 'x']])
  })
})
