import { constants, inflateRawSync } from 'node:zlib'
import { SpdyError } from './spdy-error.ts'

/** Longest header block, unpacked. kubectl's are below 200 bytes. */
const HEADERS_BYTES_MAX = 16 * 1024
const HEADERS_MAX = 64
/** How far deflate looks back (RFC 1951 §2). */
const WINDOW_BYTES = 32 * 1024
const FLAG_DICTIONARY = 0x20
const STORED_BYTES_MAX = 0xffff
/** An empty stored block: upon it a reader, such as Go's, hands on what it has. */
const SYNC = Buffer.of(0, 0, 0, 0xff, 0xff)

// SPDY/3 §2.6.10.1: words with their lengths before them, then text.
const WORDS =
  'options head post put delete trace accept accept-charset accept-encoding accept-language ' +
  'accept-ranges age allow authorization cache-control connection content-base content-encoding ' +
  'content-language content-length content-location content-md5 content-range content-type date ' +
  'etag expect expires from host if-match if-modified-since if-none-match if-range ' +
  'if-unmodified-since last-modified location max-forwards pragma proxy-authenticate ' +
  'proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade ' +
  'user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url ' +
  'public set-cookie keep-alive origin'
const TAIL =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request' +
  '401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented' +
  '503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, ' +
  'Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,' +
  'application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,' +
  'sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.'

/** What both sides of SPDY/3 prime their compression with. */
export const SPDY_DICTIONARY: Uint8Array = Buffer.concat([
  ...WORDS.split(' ').flatMap((word) => lengthPrefixed(word.replace('_', ' '))),
  Buffer.from(TAIL),
])

/**
 * Unpacks the header blocks of one connection, which are one zlib stream that is flushed after
 * each block: a block can be had alone, given the 32 KiB before it.
 */
export class HeaderReader {
  #window: Uint8Array = SPDY_DICTIONARY
  #started = false

  /** Names in lower case. Throws `SpdyError`. */
  read(block: Uint8Array): Map<string, string> {
    const packed = this.#started ? block : withoutZlibHeader(block)
    this.#started = true
    let bytes: Buffer
    try {
      bytes = inflateRawSync(packed, {
        dictionary: this.#window,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: HEADERS_BYTES_MAX,
      })
    } catch (cause) {
      throw new SpdyError('a header block cannot be unpacked', { cause })
    }
    this.#window = Buffer.concat([this.#window, bytes]).subarray(-WINDOW_BYTES)
    return parse(bytes)
  }
}

function withoutZlibHeader(block: Uint8Array): Uint8Array {
  const [, flags = 0] = block
  return block.subarray((flags & FLAG_DICTIONARY) !== 0 ? 6 : 2)
}

function parse(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  const number = (): number => {
    if (at + 4 > bytes.length) throw new SpdyError('a header block is cut short')
    at += 4
    return bytes.readUInt32BE(at - 4)
  }
  const text = (): string => {
    const length = number()
    if (at + length > bytes.length) throw new SpdyError('a header block is cut short')
    at += length
    return bytes.toString('utf8', at - length, at)
  }
  const count = number()
  if (count > HEADERS_MAX) throw new SpdyError(`more than ${HEADERS_MAX} headers`)
  for (let i = 0; i < count; i++) {
    const name = text()
    headers.set(name.toLowerCase(), text())
  }
  return headers
}

/** Packs header blocks without compressing them: deflate's stored blocks say the same. */
export class HeaderWriter {
  #started = false

  write(headers: ReadonlyMap<string, string>): Uint8Array {
    const plain = Buffer.concat([
      uint32(headers.size),
      ...[...headers].flatMap(([name, value]) => [
        ...lengthPrefixed(name),
        ...lengthPrefixed(value),
      ]),
    ])
    if (plain.length > STORED_BYTES_MAX) throw new SpdyError('the headers are too long')
    const head = Buffer.alloc(5)
    head.writeUInt16LE(plain.length, 1)
    head.writeUInt16LE(~plain.length & STORED_BYTES_MAX, 3)
    // RFC 1950: deflate with a window of 32 KiB, no dictionary.
    const start = this.#started ? [] : [Buffer.of(0x78, 0x01)]
    this.#started = true
    return Buffer.concat([...start, head, plain, SYNC])
  }
}

function lengthPrefixed(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  return [uint32(bytes.length), bytes]
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
