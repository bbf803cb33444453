import type { KubeObject } from '../../api/index.ts'
import type { DeepReadonly } from '../../base/index.ts'
import type { KeyValue, Revision } from '../../kv/index.ts'
import type { ResourceCodec } from './codec.ts'

/** What selectors look at. */
export interface Attributes {
  readonly labels: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
}

/**
 * One revision of one object as it is served. It keeps the JSON bytes only; lists and watches copy
 * them and never parse. Everything else (protobuf, labels, fields) is made once, when first asked
 * for, and shared by every list and watcher.
 */
export class ObjectRevision {
  readonly codec: ResourceCodec
  readonly key: string
  readonly revision: Revision
  /** The whole object with its resourceVersion. Nobody changes these bytes. */
  readonly json: Uint8Array
  #protobuf: Uint8Array | undefined
  #attributes: Attributes | undefined
  readonly #stale: boolean
  #converted: ObjectRevision | undefined

  private constructor(
    codec: ResourceCodec,
    key: string,
    at: { revision: Revision; json: Uint8Array; stale: boolean },
  ) {
    this.codec = codec
    this.key = key
    this.revision = at.revision
    this.json = at.json
    this.#stale = at.stale
  }

  /** From what the store holds, which carries no resourceVersion: the revision is the version. */
  static fromStored(codec: ResourceCodec, kv: KeyValue): ObjectRevision {
    const { value: stored, modRevision: revision, stale = false } = kv
    return ObjectRevision.of(codec, kv.key, { stored, revision, stale })
  }

  static of(
    codec: ResourceCodec,
    key: string,
    at: { stored: Uint8Array; revision: Revision; stale?: boolean },
  ): ObjectRevision {
    const stored =
      codec.servesStored && startsWith(at.stored, codec.head)
        ? at.stored
        : codec.encodeServed(codec.decodeStored(at.stored))
    const version = Buffer.from(`"resourceVersion":"${at.revision}",`)
    const json = Buffer.concat([codec.head, version, stored.subarray(codec.head.length)])
    return new ObjectRevision(codec, key, { revision: at.revision, json, stale: at.stale ?? false })
  }

  /** The same content under another version: the last state of a deleted object. */
  at(revision: Revision): ObjectRevision {
    return ObjectRevision.of(this.codec, this.key, { stored: this.stored(), revision })
  }

  /** The same in the version of another resource that is kept in the same place. */
  as(codec: ResourceCodec): ObjectRevision {
    if (codec === this.codec) return this
    if (this.#converted?.codec === codec) return this.#converted
    const at = { stored: this.stored(), revision: this.revision }
    this.#converted = ObjectRevision.of(codec, this.key, at)
    return this.#converted
  }

  /** The bytes as the store holds them. */
  stored(): Uint8Array {
    if (this.codec.resource.storedAs) return this.codec.encodeStored(this.parse())
    const { head } = this.codec
    return Buffer.concat([head, this.json.subarray(head.length + this.#versionLength())])
  }

  /** Whether the store holds just these bytes, as it should hold them. */
  storedEquals(bytes: Uint8Array): boolean {
    if (this.#stale) return false
    if (this.codec.resource.storedAs) return Buffer.compare(this.stored(), bytes) === 0
    const { head } = this.codec
    const skip = head.length + this.#versionLength()
    if (this.json.length - skip !== bytes.length - head.length) return false
    return Buffer.compare(this.json.subarray(skip), bytes.subarray(head.length)) === 0
  }

  #versionLength(): number {
    return `"resourceVersion":"${this.revision}",`.length
  }

  /** The object behind a list's opening brace: items of typed lists carry no kind of their own. */
  get itemTail(): Uint8Array {
    return this.json.subarray(this.codec.typeLength)
  }

  /** The message without Kubernetes' envelope. */
  get protobuf(): Uint8Array {
    this.#protobuf ??= this.codec.encodeProtobuf(this.parse())
    return this.#protobuf
  }

  get attributes(): Attributes {
    this.#attributes ??= this.codec.attributes(this.parse())
    return this.#attributes
  }

  /**
   * As `parse`, but to be read only: for those who look at every revision anyway. Selectors then
   * need no parse of their own.
   */
  readForAll(): DeepReadonly<KubeObject> {
    const object = this.parse()
    this.#attributes ??= this.codec.attributes(object)
    return object
  }

  /** A fresh copy, the caller's to change. */
  parse(): KubeObject {
    return this.codec.parse(this.json)
  }
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return bytes.length > head.length && Buffer.compare(bytes.subarray(0, head.length), head) === 0
}
