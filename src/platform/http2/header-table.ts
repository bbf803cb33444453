/** A header field, its name in lower case. */
export type Header = readonly [name: string, value: string]

/** RFC 7541 §4.1: what an entry counts beyond its octets. */
const ENTRY_OVERHEAD = 32

/** RFC 7541 Appendix A, from index 1. */
const STATIC: readonly Header[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ...(
    'accept-language accept-ranges accept access-control-allow-origin age allow authorization ' +
    'cache-control content-disposition content-encoding content-language content-length ' +
    'content-location content-range content-type cookie date etag expect expires from host ' +
    'if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link ' +
    'location max-forwards proxy-authenticate proxy-authorization range referer refresh ' +
    'retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary ' +
    'via www-authenticate'
  )
    .split(' ')
    .map((name): Header => [name, '']),
]

export const STATIC_LENGTH = STATIC.length

const keyOf = (name: string, value: string) => `${name}\0${value}`
const staticFields = new Map<string, number>()
const staticNames = new Map<string, number>()
STATIC.forEach(([name, value], i) => {
  staticFields.set(keyOf(name, value), i + 1)
  if (!staticNames.has(name)) staticNames.set(name, i + 1)
})

export function sizeOf([name, value]: Header): number {
  return name.length + value.length + ENTRY_OVERHEAD
}

/** One direction's table of header fields: the static part and the newest dynamic ones (§2.3). */
export class HeaderTable {
  /** The newest last. */
  #entries: Header[] = []
  /** How many were ever put in: an entry's number minus this is its place. */
  #added = 0
  #size = 0
  #sizeMax: number
  /** Encoders look fields up; decoders do not pay for it. */
  readonly #fields: Map<string, number> | undefined
  readonly #names: Map<string, number> | undefined

  constructor(options: { sizeMax: number; searchable: boolean }) {
    this.#sizeMax = options.sizeMax
    if (options.searchable) {
      this.#fields = new Map()
      this.#names = new Map()
    }
  }

  /** Changes whenever the meaning of an index does. */
  get version(): number {
    return this.#added
  }

  get sizeMax(): number {
    return this.#sizeMax
  }

  get size(): number {
    return this.#size
  }

  /** The field with this index; undefined when there is none. */
  at(index: number): Header | undefined {
    if (index <= STATIC_LENGTH) return STATIC[index - 1]
    return this.#entries[this.#entries.length - (index - STATIC_LENGTH)]
  }

  /** Index of the whole field, 0 when it is not here. */
  find(name: string, value: string): number {
    const key = keyOf(name, value)
    return staticFields.get(key) ?? this.#indexOf(this.#fields?.get(key))
  }

  findName(name: string): number {
    return staticNames.get(name) ?? this.#indexOf(this.#names?.get(name))
  }

  #indexOf(number: number | undefined): number {
    if (number === undefined) return 0
    const index = this.#added - number + 1
    return index <= this.#entries.length ? STATIC_LENGTH + index : 0
  }

  /** §4.4: a field larger than the table empties it. */
  add(field: Header): void {
    const size = sizeOf(field)
    this.#evict(this.#sizeMax - size)
    this.#added++
    if (size > this.#sizeMax) return
    this.#entries.push(field)
    this.#size += size
    this.#fields?.set(keyOf(...field), this.#added)
    this.#names?.set(field[0], this.#added)
  }

  resize(sizeMax: number): void {
    this.#sizeMax = sizeMax
    this.#evict(sizeMax)
  }

  #evict(downTo: number): void {
    let evicted = 0
    while (this.#size > downTo && evicted < this.#entries.length) {
      this.#size -= sizeOf(this.#entries[evicted++] as Header)
    }
    if (evicted === 0) return
    const first = this.#added - this.#entries.length + 1
    for (let i = 0; i < evicted; i++) this.#forget(this.#entries[i] as Header, first + i)
    this.#entries = this.#entries.slice(evicted)
  }

  #forget(field: Header, number: number): void {
    const key = keyOf(...field)
    if (this.#fields?.get(key) === number) this.#fields.delete(key)
    if (this.#names?.get(field[0]) === number) this.#names.delete(field[0])
  }
}
