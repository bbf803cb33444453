import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { type CertificateSigner, present } from '../base/index.ts'
import * as d from './der.ts'

/** A certificate and its private key (P-256), both PEM. The key is a secret. */
export interface KeyPair {
  readonly certPem: string
  readonly keyPem: string
}

export interface SubjectOptions {
  readonly commonName: string
  readonly organizations?: readonly string[]
}

export interface LeafOptions extends SubjectOptions {
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  /** What the certificate may prove. */
  readonly usages: readonly ('server' | 'client')[]
}

export interface Validity {
  readonly nowMs: number
  /** Default 3650. */
  readonly days?: number
}

/** A new self-signed authority. */
export function issueAuthority(subject: SubjectOptions, validity: Validity): KeyPair {
  const { publicKey, privateKey } = newKey()
  const name = subjectName(subject)
  return finish(privateKey, {
    issuer: name,
    subject: name,
    publicKey,
    validity,
    signer: privateKey,
    extensions: [
      // keyCertSign and cRLSign: bits 5 and 6 (RFC 5280 §4.2.1.3).
      extension('2.5.29.15', d.bits(Uint8Array.of(0x06), 1), { critical: true }),
      extension('2.5.29.19', d.sequence(d.boolean(true)), { critical: true }),
      extension('2.5.29.14', d.octets(keyId(publicKey))),
      extension('2.5.29.35', d.sequence(d.implicit(0, keyId(publicKey)))),
    ],
  })
}

/** A certificate signed by `authority`; never an authority itself. */
export function issueLeaf(authority: KeyPair, leaf: LeafOptions, validity: Validity): KeyPair {
  const issuer = new X509Certificate(authority.certPem)
  const { publicKey, privateKey } = newKey()
  const usages = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const
  const names = alternativeNames(leaf)
  return finish(privateKey, {
    issuer: subjectOf(issuer),
    subject: subjectName(leaf),
    publicKey,
    validity,
    signer: createPrivateKey(authority.keyPem),
    extensions: [
      // digitalSignature: bit 0.
      extension('2.5.29.15', d.bits(Uint8Array.of(0x80), 7), { critical: true }),
      extension('2.5.29.37', d.sequence(...leaf.usages.map((usage) => d.oid(usages[usage])))),
      extension('2.5.29.19', d.sequence(), { critical: true }),
      extension('2.5.29.14', d.octets(keyId(publicKey))),
      extension('2.5.29.35', d.sequence(d.implicit(0, keyId(issuer.publicKey)))),
      ...(names.length === 0 ? [] : [extension('2.5.29.17', d.sequence(...names))]),
    ],
  })
}

/** A new key, and a request for a certificate of it (RFC 2986), PEM. The key is a secret. */
export function requestLeaf(leaf: Omit<LeafOptions, 'usages'>): {
  keyPem: string
  requestPem: string
} {
  const { publicKey, privateKey } = newKey()
  const names = alternativeNames(leaf)
  const extensions = d.sequence(extension('2.5.29.17', d.sequence(...names)))
  // RFC 2985 §5.4.2
  const asked = d.sequence(d.oid('1.2.840.113549.1.9.14'), d.set(extensions))
  const body = d.sequence(
    d.integer(Uint8Array.of(0)),
    subjectName(leaf),
    publicKey.export({ type: 'spki', format: 'der' }),
    names.length === 0 ? d.explicit(0) : d.explicit(0, asked),
  )
  const request = d.sequence(body, ECDSA_WITH_SHA256, d.bits(sign('sha256', body, privateKey)))
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    requestPem: pem('CERTIFICATE REQUEST', request),
  }
}

/** Bits of the key usage extension (RFC 5280 §4.2.1.3). */
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
}

const EXTENDED_USAGES: Readonly<Record<string, string>> = {
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
}

/** Signs what others ask for, with an authority's key. */
export function certificateSigner(authority: KeyPair): CertificateSigner {
  const issuer = new X509Certificate(authority.certPem)
  const signer = createPrivateKey(authority.keyPem)
  return {
    sign(order) {
      const { usages } = order
      let bits = 0
      for (const usage of usages) bits |= 0x80 >> (KEY_USAGES[usage] ?? 8)
      const extended = usages.flatMap((usage) => EXTENDED_USAGES[usage] ?? [])
      const names = order.alternativeNamesDer
      const publicKey = createPublicKey({
        key: Buffer.from(order.publicKeyDer),
        format: 'der',
        type: 'spki',
      })
      const body = certificateBody({
        issuer: subjectOf(issuer),
        subject: order.subjectDer,
        publicKey,
        period: d.sequence(d.time(order.notBeforeMs), d.time(order.notAfterMs)),
        extensions: [
          ...(bits === 0 ? [] : [keyUsage(bits)]),
          ...(extended.length === 0
            ? []
            : [extension('2.5.29.37', d.sequence(...extended.map((id) => d.oid(id))))]),
          extension('2.5.29.19', d.sequence(), { critical: true }),
          extension('2.5.29.35', d.sequence(d.implicit(0, keyId(issuer.publicKey)))),
          ...(names ? [extension('2.5.29.17', names)] : []),
        ],
      })
      const signature = sign('sha256', body, signer)
      return pem('CERTIFICATE', d.sequence(body, ECDSA_WITH_SHA256, d.bits(signature)))
    },
  }
}

function keyUsage(bits: number): Uint8Array {
  const unused = 31 - Math.clz32(bits & -bits)
  return extension('2.5.29.15', d.bits(Uint8Array.of(bits), unused), { critical: true })
}

interface CertificateBody {
  issuer: Uint8Array
  subject: Uint8Array
  publicKey: KeyObject
  period: Uint8Array
  extensions: readonly Uint8Array[]
}

function certificateBody(of: CertificateBody): Uint8Array {
  return d.sequence(
    d.explicit(0, d.integer(Uint8Array.of(2))), // version 3
    d.integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    of.issuer,
    of.period,
    of.subject,
    of.publicKey.export({ type: 'spki', format: 'der' }),
    d.explicit(3, d.sequence(...of.extensions)),
  )
}

interface CertificateFields {
  issuer: Uint8Array
  subject: Uint8Array
  publicKey: KeyObject
  validity: Validity
  signer: KeyObject
  extensions: readonly Uint8Array[]
}

const ECDSA_WITH_SHA256 = d.sequence(d.oid('1.2.840.10045.4.3.2'))
const DAY_MS = 86_400_000

function finish(privateKey: KeyObject, fields: CertificateFields): KeyPair {
  const { nowMs, days = 3650 } = fields.validity
  // An hour of grace for clocks that lag.
  const period = d.sequence(d.time(nowMs - 3_600_000), d.time(nowMs + days * DAY_MS))
  const body = certificateBody({ ...fields, period })
  const signature = sign('sha256', body, fields.signer)
  const certificate = d.sequence(body, ECDSA_WITH_SHA256, d.bits(signature))
  return {
    certPem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function newKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/** One set per attribute, organizations first, as crypto/x509 of Go orders them. */
function subjectName({ commonName, organizations = [] }: SubjectOptions): Uint8Array {
  const attribute = (type: string, value: string) => d.set(d.sequence(d.oid(type), d.utf8(value)))
  return d.sequence(
    ...organizations.map((organization) => attribute('2.5.4.10', organization)),
    attribute('2.5.4.3', commonName),
  )
}

/** The subject's bytes as they stand: an issuer name must match them exactly. */
function subjectOf(certificate: X509Certificate): Uint8Array {
  const [body] = d.children(certificate.raw)
  return present(d.children(present(body, 'certificate body'))[5], 'certificate subject')
}

/** RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's bits. */
function keyId(publicKey: KeyObject): Uint8Array {
  const spki = d.children(publicKey.export({ type: 'spki', format: 'der' }))
  const bitString = d.children(d.sequence(present(spki[1], 'public key')))[0]
  // Tag, length and the count of unused bits come before the key: an uncompressed point.
  return createHash('sha1').update(present(bitString, 'key bits').subarray(3)).digest()
}

function alternativeNames(leaf: Omit<LeafOptions, 'usages'>): Uint8Array[] {
  return [
    ...(leaf.dnsNames ?? []).map((name) => d.implicit(2, Buffer.from(name, 'latin1'))),
    ...(leaf.ipAddresses ?? []).map((address) => d.implicit(7, ipBytes(address))),
  ]
}

function ipBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!isIPv6(address)) throw new TypeError(`not an IP address: ${address}`)
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((group) => {
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 0xff]
    }),
  )
}

function extension(
  id: string,
  value: Uint8Array,
  options: { critical?: boolean } = {},
): Uint8Array {
  const critical = options.critical ? [d.boolean(true)] : []
  return d.sequence(d.oid(id), ...critical, d.octets(value))
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
