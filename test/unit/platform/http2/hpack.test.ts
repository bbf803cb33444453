import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ConnectionFault } from '../../../../src/platform/http2/errors.ts'
import type { Header } from '../../../../src/platform/http2/header-table.ts'
import { HpackDecoder } from '../../../../src/platform/http2/hpack-decoder.ts'
import { HpackEncoder } from '../../../../src/platform/http2/hpack-encoder.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const decoder = (listBytesMax = 65_536) => new HpackDecoder({ listBytesMax })
const read = (block: string) => decoder().decode(hex(block)).fields

const request1: Header[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
]
const request2: Header[] = [...request1, ['cache-control', 'no-cache']]
const request3: Header[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/index.html'],
  [':authority', 'www.example.com'],
  ['custom-key', 'custom-value'],
]
const date = (second: number) => `Mon, 21 Oct 2013 20:13:${second} GMT`
const response = (status: string, second: number): Header[] => [
  [':status', status],
  ['cache-control', 'private'],
  ['date', date(second)],
  ['location', 'https://www.example.com'],
]
const response3: Header[] = [
  ...response('200', 22),
  ['content-encoding', 'gzip'],
  ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
]
/** "Size update to 256", which the examples take for agreed. */
const SIZE_256 = '3fe101'

/** RFC 7541 Appendix C. */
const SERIES: Readonly<Record<string, readonly [block: string, fields: readonly Header[]][]>> = {
  'C.3 requests without Huffman': [
    ['828684410f7777772e6578616d706c652e636f6d', request1],
    ['828684be58086e6f2d6361636865', request2],
    ['828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565', request3],
  ],
  'C.4 requests with Huffman': [
    ['828684418cf1e3c2e5f23a6ba0ab90f4ff', request1],
    ['828684be5886a8eb10649cbf', request2],
    ['828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', request3],
  ],
  'C.5 responses without Huffman, with eviction': [
    [
      `${SIZE_256}4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a` +
        '323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d',
      response('302', 21),
    ],
    ['4803333037c1c0bf', response('307', 21)],
    [
      '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f' +
        '6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d3336303' +
        '03b2076657273696f6e3d31',
      response3,
    ],
  ],
  'C.6 responses with Huffman, with eviction': [
    [
      `${SIZE_256}488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29` +
        'ad171863c78f0b97c8e9ae82ae43d3',
      response('302', 21),
    ],
    ['4883640effc1c0bf', response('307', 21)],
    [
      '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335' +
        'dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
      response3,
    ],
  ],
}

describe('platform: HPACK', () => {
  for (const [name, series] of Object.entries(SERIES)) {
    it(`reads RFC 7541 ${name}`, () => {
      const reader = decoder()
      const order = (fields: readonly Header[]) => fields.map((field) => field.join(': ')).sort()
      for (const [block, fields] of series) {
        assert.deepEqual(order(reader.decode(hex(block)).fields), order(fields))
      }
    })
  }

  it('reads the forms of RFC 7541 C.2', () => {
    const custom = '400a637573746f6d2d6b65790d637573746f6d2d686561646572'
    assert.deepEqual(read(custom), [['custom-key', 'custom-header']])
    assert.deepEqual(read('040c2f73616d706c652f70617468'), [[':path', '/sample/path']])
    assert.deepEqual(read('100870617373776f726406736563726574'), [['password', 'secret']])
    assert.deepEqual(read('82'), [[':method', 'GET']])
  })

  it('writes RFC 7541 C.4 byte for byte', () => {
    const writer = new HpackEncoder()
    for (const [block, fields] of SERIES['C.4 requests with Huffman'] ?? []) {
      assert.equal(Buffer.from(writer.encode(fields)).toString('hex'), block)
    }
  })

  it('reads integers of several bytes (C.1.2), and takes no larger table than offered', () => {
    assert.deepEqual(read('3f9a0a82'), [[':method', 'GET']])
    assert.throws(() => read('3fe21f'), ConnectionFault)
  })

  const FAULTS: Readonly<Record<string, string>> = {
    'index 0': '80',
    'an index beyond both tables': 'be',
    'a cut integer': 'ff',
    'an integer without end': 'ffffffffffffffffffffffff',
    'a cut string': '000a61',
    'a string without a length': '0001',
    'a resize behind a field': '8220',
    'padding of zeros': '008118017a',
    'padding of more than 7 bits': '00821fff017a',
    'a Huffman string that names its end': '0084ffffffff017a',
  }
  for (const [name, block] of Object.entries(FAULTS)) {
    it(`refuses ${name}`, () => assert.throws(() => read(block), ConnectionFault))
  }

  it('reads a list that is too large for the sake of the table, without keeping it', () => {
    const writer = new HpackEncoder()
    const reader = decoder(1000)
    const large: Header[] = [['x-large', 'v'.repeat(400)]]
    const first = reader.decode(writer.encode(large))
    assert.equal(first.tooLarge, false)
    // A byte for each names the entry of 400 again and again.
    const bomb = reader.decode(Buffer.alloc(60_000, 0xbe))
    assert.deepEqual([bomb.tooLarge, bomb.fields.length], [true, 2])
    assert.deepEqual(reader.decode(writer.encode(large)).fields, large)
  })

  it('carries whatever fields, while tables fill, change their size and empty', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
      maxLength: 60,
    })
    const name = fc.constantFrom('x-a', 'x-b', 'cookie', ':path', 'etag', 'content-type', 'x-c')
    const fields = fc.array(fc.tuple(name, text), { maxLength: 20 })
    const block = fc.record({ fields, size: fc.option(fc.constantFrom(0, 64, 300, 4096, 10_000)) })
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), (blocks) => {
        const writer = new HpackEncoder()
        const reader = decoder()
        for (const { fields: list, size } of blocks) {
          if (size !== null) writer.resize(size)
          // The same frozen list twice: made once, then copied.
          const frozen = Object.freeze(list)
          for (let i = 0; i < 3; i++) {
            assert.deepEqual(reader.decode(Buffer.from(writer.encode(frozen))).fields, frozen)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
