import type { MemberId } from '../base/index.ts'

/** The first frame of every connection between members: who dials whom, for what. */
export interface Hello {
  readonly clusterId: bigint
  readonly from: MemberId
  readonly to: MemberId
  /** `frames`: Raft messages. `stream`: one long transfer, then the connection ends. */
  readonly purpose: 'frames' | 'stream'
}

const MAGIC = 'NAVP'
const VERSION = 1
const HELLO_BYTES = 30

export function encodeHello(hello: Hello): Uint8Array {
  const bytes = Buffer.alloc(HELLO_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt8(VERSION, 4)
  bytes.writeUInt8(hello.purpose === 'frames' ? 0 : 1, 5)
  bytes.writeBigUInt64BE(hello.clusterId, 6)
  bytes.writeBigUInt64BE(BigInt(hello.from), 14)
  bytes.writeBigUInt64BE(BigInt(hello.to), 22)
  return bytes
}

/** Throws an error that says what does not fit. */
export function decodeHello(frame: Uint8Array): Hello {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  if (bytes.length !== HELLO_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC) {
    throw new Error('not a member of a Navarch store')
  }
  if (bytes.readUInt8(4) !== VERSION) {
    throw new Error(`the other member speaks version ${bytes.readUInt8(4)} of the peer protocol`)
  }
  return {
    purpose: bytes.readUInt8(5) === 0 ? 'frames' : 'stream',
    clusterId: bytes.readBigUInt64BE(6),
    from: Number(bytes.readBigUInt64BE(14)),
    to: Number(bytes.readBigUInt64BE(22)),
  }
}

/** Empty: welcome. Otherwise the reason why not. */
export const encodeAnswer = (refusal: string): Uint8Array => Buffer.from(refusal, 'utf8')
export const decodeAnswer = (frame: Uint8Array): string => Buffer.from(frame).toString('utf8')

/** Why a member that says this hello is turned away; empty when it is welcome. */
export function refusalOf(hello: Hello, self: { clusterId: bigint; id: MemberId }): string {
  if (hello.clusterId !== self.clusterId) return 'the members belong to different clusters'
  if (hello.to !== self.id) {
    return `this is member ${self.id.toString(16)}, not ${hello.to.toString(16)}`
  }
  return ''
}
