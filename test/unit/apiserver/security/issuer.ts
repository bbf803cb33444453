import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { HttpsCall } from '../../../../src/base/index.ts'

interface Pair {
  readonly algorithm: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const rsaPair = (algorithm = 'RS256'): Pair => ({
  algorithm,
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
})
export const curvePair = (algorithm: string, namedCurve: string): Pair => ({
  algorithm,
  ...generateKeyPairSync('ec', { namedCurve }),
})

/** An issuer of ID tokens, behind the port through which the API server reaches others. */
export class Issuer {
  url = 'https://issuer.example:8443/dex'
  readonly keys = new Map<string, Pair>()
  /** Paths that were asked for. */
  readonly asked: string[] = []
  /** What the discovery document says instead. */
  document: object = {}
  /** Answered instead. */
  status = 200
  caPem: string | undefined

  readonly call: HttpsCall = (target, request) => {
    const { method, url } = request
    this.asked.push(`${method} https://${target.host}:${target.port}${url}`)
    this.caPem = target.caPem
    const keys = [...this.keys].map(([kid, { publicKey }]) => {
      return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }
    })
    const answers: Record<string, object> = {
      '/dex/.well-known/openid-configuration': {
        issuer: this.url,
        jwks_uri: `${this.url}/keys?all=1`,
        ...this.document,
      },
      '/dex/keys?all=1': { keys },
    }
    const found = answers[url]
    const body = Buffer.from(JSON.stringify(found ?? {}))
    return Promise.resolve({ status: found ? this.status : 404, headers: {}, body })
  }

  sign(claims: object, options: { kid: string; alg?: string }): Promise<string> {
    const pair = this.keys.get(options.kid)
    if (!pair) throw new Error(`no key ${options.kid}`)
    return signWith(pair, { iss: this.url, aud: 'kubernetes', ...claims }, options)
  }
}

export function signWith(
  pair: Pair,
  claims: object,
  { kid, alg = pair.algorithm }: { kid: string; alg?: string },
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid }).sign(pair.privateKey)
}
