import { createPublicKey, verify } from 'node:crypto'
import { type Der, oidText, readDer, within } from './der.ts'

/** What a PKCS #10 request asks for (RFC 2986). */
export interface CertificateRequest {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly emailAddresses: readonly string[]
  readonly uris: readonly string[]
  /** Subject and public key, DER, as they go into a certificate. */
  readonly subjectDer: Uint8Array
  readonly publicKeyDer: Uint8Array
  /** Content of the extension with the alternative names. */
  readonly alternativeNamesDer: Uint8Array | undefined
  /** Whether the key that is asked for has signed the request. */
  hasOwnSignature(): boolean
}

const TAG = { sequence: 0x30, set: 0x31, attributes: 0xa0 } as const
const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  extensionRequest: '1.2.840.113549.1.9.14',
  alternativeNames: '2.5.29.17',
} as const
/** Context tags of alternative names (RFC 5280 §4.2.1.6). */
const NAMES = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const

/** Reads a request in PEM. Throws with the text that the API gives. */
export function parseCertificateRequest(pem: Uint8Array): CertificateRequest {
  const block = pemBlocks(pem)[0]
  if (block?.label !== 'CERTIFICATE REQUEST') {
    throw new SyntaxError('PEM block type must be CERTIFICATE REQUEST')
  }
  const [outer] = readDer(block.der)
  const [info, algorithm, signature] = within(outer, TAG.sequence)
  const [, subject, publicKey, attributes] = within(info, TAG.sequence)
  if (!info || !subject || !publicKey || !algorithm || !signature) {
    throw new SyntaxError('asn1: syntax error: sequence truncated')
  }
  const names = attributesOf(subject)
  const alternative = alternativeNames(attributes)
  const texts = (tag: number) =>
    alternative.list.filter((name) => name.tag === tag).map(({ content }) => text(content))
  return {
    commonName: names.filter(([oid]) => oid === OID.commonName).at(-1)?.[1] ?? '',
    organizations: names.filter(([oid]) => oid === OID.organization).map(([, value]) => value),
    dnsNames: texts(NAMES.dns),
    emailAddresses: texts(NAMES.email),
    uris: texts(NAMES.uri),
    ipAddresses: alternative.list
      .filter(({ tag }) => tag === NAMES.ip)
      .map(({ content }) => ipText(content)),
    subjectDer: subject.whole,
    publicKeyDer: publicKey.whole,
    alternativeNamesDer: alternative.der,
    hasOwnSignature: () => hasOwnSignature(info, publicKey, { algorithm, signature }),
  }
}

/** The blocks of a PEM text (RFC 7468), in order. Explanatory headers are told apart. */
export function pemBlocks(
  bytes: Uint8Array,
): { label: string; der: Uint8Array; hasHeaders: boolean }[] {
  const all = text(bytes).matchAll(/-----BEGIN ([^-\n]+)-----\r?\n([^-]*)-----END \1-----/g)
  return [...all].map(([, label = '', body = '']) => {
    const lines = body.split(/\r?\n/)
    const hasHeaders = lines.some((line) => line.includes(':'))
    const data = lines.filter((line) => !line.includes(':')).join('')
    return { label, der: Buffer.from(data, 'base64'), hasHeaders }
  })
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')

function attributesOf(subject: Der): [oid: string, value: string][] {
  return within(subject, TAG.sequence).flatMap((set) =>
    within(set, TAG.set).map((attribute): [string, string] => {
      const [type, value] = within(attribute, TAG.sequence)
      return [type ? oidText(type) : '', value ? text(value.content) : '']
    }),
  )
}

function alternativeNames(attributes: Der | undefined): { der?: Uint8Array; list: Der[] } {
  if (!attributes) return { list: [] }
  for (const attribute of within(attributes, TAG.attributes)) {
    const [type, values] = within(attribute, TAG.sequence)
    if (!type || oidText(type) !== OID.extensionRequest) continue
    for (const extension of within(within(values, TAG.set)[0], TAG.sequence)) {
      const parts = within(extension, TAG.sequence)
      const [id] = parts
      const value = parts.at(-1)
      if (!id || !value || oidText(id) !== OID.alternativeNames) continue
      return { der: value.content, list: within(readDer(value.content)[0], TAG.sequence) }
    }
  }
  return { list: [] }
}

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return [...bytes].join('.')
  const groups: string[] = []
  for (let i = 0; i < bytes.length; i += 2) {
    groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16))
  }
  return groups.join(':')
}

const HASHES: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  // Ed25519 hashes by itself.
  '1.3.101.112': null,
}

function hasOwnSignature(
  info: Der,
  publicKey: Der,
  { algorithm, signature }: { algorithm: Der; signature: Der },
): boolean {
  const [id] = within(algorithm, TAG.sequence)
  const hash = id && HASHES[oidText(id)]
  if (hash === undefined) return false
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey.whole), format: 'der', type: 'spki' })
    // A bit string begins with the count of its unused bits.
    return verify(hash, info.whole, key, signature.content.subarray(1))
  } catch {
    return false
  }
}
