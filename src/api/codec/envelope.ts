import { ReverseWriter, DELIMITED, ProtoReader, ProtoError } from './proto-io.ts'

/** First bytes of every protobuf object, on the wire and in etcd. */
export const PROTOBUF_MAGIC: Uint8Array = Buffer.from('k8s\0', 'latin1')

/** Whether bytes are a protobuf object as Kubernetes writes it. */
export function isProtobuf(data: Uint8Array): boolean {
  return data.length >= 4 && PROTOBUF_MAGIC.every((byte, i) => data[i] === byte)
}

/** What the envelope (`runtime.Unknown`) says about its content. */
export interface Envelope {
  readonly apiVersion: string
  readonly kind: string
  /** The object's message, or JSON when `contentType` says so. */
  readonly raw: Uint8Array
  readonly contentType: string
}

/** Puts a message into the envelope. */
export function wrapProtobuf(
  type: { apiVersion: string; kind: string },
  raw: Uint8Array,
): Uint8Array {
  const writer = new ReverseWriter(raw.length + 128)
  const text = (field: number, value: string) => {
    writer.text(value)
    writer.varint(Buffer.byteLength(value))
    writer.tag(field, DELIMITED)
  }
  text(4, '')
  text(3, '')
  writer.bytes(raw)
  writer.varint(raw.length)
  writer.tag(2, DELIMITED)
  const before = writer.length
  text(2, type.kind)
  text(1, type.apiVersion)
  writer.varint(writer.length - before)
  writer.tag(1, DELIMITED)
  writer.bytes(PROTOBUF_MAGIC)
  return writer.finish()
}

/** Takes a message out of the envelope; throws `ProtoError` when there is none. */
export function unwrapProtobuf(data: Uint8Array): Envelope {
  if (data.length === 0) throw new ProtoError('empty data')
  if (!isProtobuf(data)) {
    throw new ProtoError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    )
  }
  if (data.length === PROTOBUF_MAGIC.length) throw new ProtoError('empty body')
  let raw: Uint8Array = new Uint8Array()
  const texts = { apiVersion: '', kind: '', contentType: '' }
  readDelimited(data.subarray(4), (field, value) => {
    if (field === 2) raw = value
    if (field === 4) texts.contentType = value.toString('utf8')
    if (field !== 1) return
    readDelimited(value, (inner, text) => {
      if (inner === 1) texts.apiVersion = text.toString('utf8')
      if (inner === 2) texts.kind = text.toString('utf8')
    })
  })
  return { ...texts, raw }
}

function readDelimited(data: Uint8Array, each: (field: number, value: Buffer) => void): void {
  const reader = new ProtoReader(data)
  while (!reader.done) {
    const tag = reader.varint()
    if ((tag & 7) === DELIMITED) each(tag >> 3, reader.delimited())
    else reader.skipField(tag & 7)
  }
}
