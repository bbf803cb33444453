import assert from 'node:assert/strict'
import {
  allResources,
  decodeBody,
  decodeProto,
  encodeJson,
  encodeProto,
  parseFieldSelector,
  parseQuantity,
  parseSelector,
  pods,
  ProtoError,
  QuantityError,
  type Resource,
  SelectorError,
} from '../../src/api/index.ts'
import { encodeObject } from '../support/encode-object.ts'
import { StatusError } from '../../src/base/index.ts'
import { etcdserverpb } from '../../src/gen/etcd.js'
import { decodeFrame, encodeFrame } from '../../src/store/member/peer-codec.ts'
import { MalformedBytesError } from '../../src/store/wal/index.ts'
import type { FuzzTarget } from './fuzz.ts'
import { gatewayTargets } from './gateway.ts'
import { http2Targets } from './http2.ts'
import { schemaTargets } from './schemas.ts'

const text = (value: string) => Buffer.from(value)

/** A pod that touches most kinds of field. */
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'p',
    labels: { a: 'b', c: '' },
    creationTimestamp: '2026-01-02T03:04:05Z',
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u', controller: true }],
    managedFields: [{ manager: 'm', operation: 'Update', fieldsV1: { 'f:spec': {} } }],
  },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'i',
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
        ports: [{ containerPort: 80 }],
        resources: { requests: { cpu: '100m', memory: '1Gi' } },
        livenessProbe: { httpGet: { port: 'http', path: '/' }, periodSeconds: 3 },
      },
    ],
    tolerations: [{ operator: 'Exists', tolerationSeconds: 300 }],
    volumes: [{ name: 'v', configMap: { name: 'cm', defaultMode: 420 } }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
}

const bodyTarget = (media: 'json' | 'yaml' | 'protobuf', resource: Resource): FuzzTarget => {
  const object = resource === pods ? POD : { metadata: { name: 'x', annotations: { k: 'v' } } }
  return {
    name: `${media} body of ${resource.plural}`,
    seeds: [encodeObject(resource, object, media)],
    take: (input) => {
      decodeBody(resource, input, media, { strict: true })
    },
    allowed: [StatusError],
  }
}

/** What protobuf decodes must encode again to something that decodes to the same. */
const protobufRoundTrip: FuzzTarget = {
  name: 'protobuf there and back',
  seeds: [encodeProto(pods.struct, POD)],
  take(input) {
    const object = decodeProto(pods.struct, input)
    const again = decodeProto(pods.struct, encodeProto(pods.struct, object))
    const plain = (value: unknown) => JSON.parse(encodeJson(pods.struct, value))
    assert.deepEqual(plain(again), plain(object))
  },
  allowed: [ProtoError],
}

const noEntries = { entries: [], context: new Uint8Array(0), responses: [] }
const peerFrame: FuzzTarget = {
  name: 'peer frame',
  seeds: [
    encodeFrame({ kind: 'refused', term: 3, sequences: [1, 2, 300] }),
    encodeFrame({
      kind: 'messages',
      messages: [
        {
          ...noEntries,
          type: 'app',
          to: 2,
          from: 1,
          term: 7,
          logTerm: 6,
          index: 10,
          commit: 9,
          vote: 0,
          reject: false,
          rejectHint: 0,
          entries: [{ term: 7, index: 11, type: 'normal', data: text('hello') }],
        },
      ],
    }),
  ],
  take: (input) => {
    decodeFrame(input, { from: 1, to: 2 })
  },
  allowed: [MalformedBytesError],
}

const txn = etcdserverpb.TxnRequest.encode({
  compare: [{ key: text('k'), value: text('v') }],
  success: [{ requestPut: { key: text('k'), value: text('w') } }],
}).finish()

const etcdRequest: FuzzTarget = {
  name: 'etcd request',
  seeds: [txn],
  take: (input) => {
    etcdserverpb.TxnRequest.decode(input)
  },
  // protobufjs throws plain errors for bad input; grpc answers INTERNAL for them.
  allowed: [Error],
}

const words: FuzzTarget[] = [
  {
    name: 'label selector',
    seeds: [text('a=b,c!=d,e in (f,g),!h'), text('x notin (), y > 3')],
    take: (input) => {
      parseSelector(Buffer.from(input).toString())
    },
    allowed: [SelectorError],
  },
  {
    name: 'field selector',
    seeds: [text('metadata.name=x,status.phase!=Running')],
    take: (input) => {
      parseFieldSelector(Buffer.from(input).toString())
    },
    allowed: [SelectorError, StatusError],
  },
  {
    name: 'quantity',
    seeds: [text('1.5Gi'), text('100m'), text('-3e6')],
    take: (input) => {
      parseQuantity(Buffer.from(input).toString())
    },
    allowed: [QuantityError],
  },
]

export const targets: readonly FuzzTarget[] = [
  ...allResources.flatMap((resource) =>
    (['json', 'yaml', 'protobuf'] as const).map((media) => bodyTarget(media, resource)),
  ),
  protobufRoundTrip,
  peerFrame,
  etcdRequest,
  ...gatewayTargets,
  ...http2Targets,
  ...schemaTargets,
  ...words,
]
