import assert from 'node:assert/strict'
import { GrpcError } from '../../src/base/index.ts'
import { openTokenKey } from '../../src/platform/index.ts'
import { readJwt, signJwt } from '../../src/store/auth/index.ts'
import { JsonValues } from '../../src/store/http/json-values.ts'
import { typeNamed } from '../../src/store/http/schema.ts'
import { decodeJson, encodeJson } from '../../src/store/http/transcode.ts'
import type { FuzzTarget } from './fuzz.ts'

const text = (value: string) => Buffer.from(value)
const TXN = '.etcdserverpb.TxnRequest'

/** A transaction that touches most kinds of field. */
const transaction = {
  compare: [{ key: 'YQ==', target: 'LEASE', result: 'NOT_EQUAL', lease: '-7' }],
  success: [
    { request_put: { key: 'YQ==', value: 'Yg==', lease: '9223372036854775807', prev_kv: true } },
    { request_range: { key: 'YQ==', sort_order: 'DESCEND', limit: 3 } },
    { request_txn: { failure: [{ request_delete_range: { key: 'YQ==' } }] } },
  ],
}

const key = openTokenKey({ algorithm: 'HS256', privatePem: 'secret' })
const token = signJwt({ user: 'ann', revision: 3 }, { key, ttlSeconds: 60, nowMs: 0 }) ?? ''

/** What strangers send to the store's HTTP side. */
export const gatewayTargets: FuzzTarget[] = [
  {
    name: 'JSON of the gateway',
    seeds: [text(JSON.stringify(transaction))],
    take(input) {
      const type = typeNamed(TXN)
      const said = decodeJson(type, encodeJson(type, JSON.parse(input.toString())))
      assert.deepEqual(decodeJson(type, encodeJson(type, said)), said)
    },
    allowed: [GrpcError, SyntaxError],
  },
  {
    name: 'messages that become JSON',
    seeds: [Buffer.from(encodeJson(typeNamed(TXN), transaction))],
    take: (input) => void decodeJson(typeNamed(TXN), input),
    allowed: [RangeError],
  },
  {
    name: 'JSON values in a stream',
    seeds: [text('{"a":"}"}{"b":[1,{"c":"\\""}]}\n{}')],
    take(input) {
      const values = new JsonValues(1000)
      const at = input.length >> 1
      const cut = [...values.add(input.subarray(0, at)), ...values.add(input.subarray(at))]
      const whole = new JsonValues(1000).add(input)
      assert.deepEqual(cut, whole)
    },
    allowed: [GrpcError],
  },
  {
    name: 'signed tokens',
    seeds: [text(token)],
    take(input) {
      const who = readJwt(input.toString(), key, 0)
      if (who) assert.deepEqual(who, { user: 'ann', revision: 3 })
    },
    allowed: [],
  },
]
