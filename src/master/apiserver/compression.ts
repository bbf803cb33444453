import { gzipSync } from 'node:zlib'
import type { HttpRequest, HttpResponse } from '../../base/index.ts'

/** Shorter answers are sent as they are (kube-apiserver's threshold and level). */
const COMPRESSED_BYTES_MIN = 128 * 1024
const LEVEL = 1

/** Documents that are kept, such as OpenAPI's, are compressed once. */
const compressed = new WeakMap<Uint8Array, Uint8Array>()

/** A long answer to a GET, compressed if the client takes gzip; never a stream. */
export function compress(request: HttpRequest, response: HttpResponse): HttpResponse {
  const { body } = response
  if (request.method !== 'GET' || !(body instanceof Uint8Array)) return response
  if (body.length < COMPRESSED_BYTES_MIN || response.headers['content-encoding']) return response
  if (!takesGzip(request.headers['accept-encoding'] ?? '')) return response
  let bytes = compressed.get(body)
  if (!bytes) {
    bytes = gzipSync(body, { level: LEVEL })
    compressed.set(body, bytes)
  }
  const vary = response.headers['vary']
  const headers = {
    ...response.headers,
    'content-encoding': 'gzip',
    vary: vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`,
  }
  return { ...response, headers, body: bytes }
}

function takesGzip(accept: string): boolean {
  return accept.split(',').some((token) => {
    const [coding = '', ...parameters] = token.split(';').map((part) => part.trim())
    return coding === 'gzip' && !parameters.some((part) => /^q=0(\.0*)?$/.test(part))
  })
}
