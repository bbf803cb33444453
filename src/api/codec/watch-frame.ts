import { DELIMITED, ReverseWriter } from './proto-io.ts'

/**
 * One event of a protobuf watch: four bytes of length, then a `WatchEvent` whose object is a whole
 * envelope (apimachinery `LengthDelimitedFramer`).
 */
export function encodeWatchFrame(type: string, envelope: Uint8Array): Uint8Array {
  const writer = new ReverseWriter(envelope.length + 64)
  writer.bytes(envelope)
  writer.varint(envelope.length)
  writer.tag(1, DELIMITED)
  const raw = writer.length
  writer.varint(raw)
  writer.tag(2, DELIMITED)
  writer.text(type)
  writer.varint(Buffer.byteLength(type))
  writer.tag(1, DELIMITED)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(writer.length)
  writer.bytes(length)
  return writer.finish()
}
