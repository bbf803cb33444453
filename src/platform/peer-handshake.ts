import type { MemberId } from '../base/index.ts'

/** The first frame of every connection between members: who dials whom, for what. */
export interface Hello {
  readonly clusterId: bigint
  readonly from: MemberId
  readonly to: MemberId
  /**
   * `frames`: Raft messages. `stream`: one long transfer, then the connection ends. `inquiry`: by
   * somebody who knows no id yet: who are the members?
   */
  readonly purpose: Purpose
}

const PURPOSES = ['frames', 'stream', 'inquiry'] as const
type Purpose = (typeof PURPOSES)[number]
/** What a removed member is told, in etcd's words. */
export const REMOVED = 'the member has been permanently removed from the cluster'

const MAGIC = 'NAVP'
const VERSION = 1
const HELLO_BYTES = 30

export function encodeHello(hello: Hello): Uint8Array {
  const bytes = Buffer.alloc(HELLO_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt8(VERSION, 4)
  bytes.writeUInt8(PURPOSES.indexOf(hello.purpose), 5)
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
  const purpose = PURPOSES[bytes.readUInt8(5)]
  if (!purpose) throw new Error('the other member wants what is unknown here')
  return {
    purpose,
    clusterId: bytes.readBigUInt64BE(6),
    from: Number(bytes.readBigUInt64BE(14)),
    to: Number(bytes.readBigUInt64BE(22)),
  }
}

/** Empty: welcome. Otherwise the reason why not. */
export const encodeAnswer = (refusal: string): Uint8Array => Buffer.from(refusal, 'utf8')
export const decodeAnswer = (frame: Uint8Array): string => Buffer.from(frame).toString('utf8')

/** Why a member that says this hello is turned away; empty when it is welcome. */
export function refusalOf(
  hello: Hello,
  self: { clusterId: bigint; id: MemberId; removed: ReadonlySet<MemberId> },
): string {
  if (hello.purpose === 'inquiry') return ''
  if (hello.clusterId !== self.clusterId) return 'the members belong to different clusters'
  if (hello.to !== self.id) {
    return `this is member ${self.id.toString(16)}, not ${hello.to.toString(16)}`
  }
  if (self.removed.has(hello.from)) return REMOVED
  return ''
}
