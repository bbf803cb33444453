import type { Clock, GrpcClient, Random } from '../../../base/index.ts'
import {
  describeErrors,
  duplicate,
  type FieldError,
  goDurationMs,
  invalid,
  required,
} from '../../../api/index.ts'
import { readDocument, type Shape } from '../configuration/document.ts'
import { kms } from './kms.ts'
import { aesCbc, aesGcm, identity, type Provider } from './providers.ts'
import { secretbox } from './secretbox.ts'

/** Which resources are kept how: the first provider writes, all of them read. */
export interface EncryptionRule {
  /** `secrets`, `deployments.apps`, `*.apps`, `*.` (all of the core group), `*.*`. */
  readonly resources: readonly string[]
  readonly providers: readonly Provider[]
}

/** What plugins that keep keys are reached with. */
export interface KmsParts {
  /** A client of a Unix socket: `unix:///run/kms.sock`. */
  readonly connect: (endpoint: string) => GrpcClient
  readonly clock: Clock
  readonly random: Random
}

interface Keyed {
  readonly keys?: readonly { readonly name?: string; readonly secret?: string }[]
}

interface KmsSpec {
  readonly apiVersion?: string
  readonly name?: string
  readonly endpoint?: string
  readonly timeout?: string
}

type ProviderSpec = Readonly<Record<string, (Keyed & KmsSpec) | null>>

const KEYED: Shape = { keys: [{ name: 'string', secret: 'string' }] }
const FIELDS: Readonly<Record<string, Shape>> = {
  resources: [
    {
      resources: ['string'],
      providers: [
        {
          aesgcm: KEYED,
          aescbc: KEYED,
          secretbox: KEYED,
          identity: {},
          kms: {
            apiVersion: 'string',
            name: 'string',
            endpoint: 'string',
            timeout: 'string',
            cachesize: 'number',
          },
        },
      ],
    },
  ],
}

/**
 * Reads an `EncryptionConfiguration` (apiserver.config.k8s.io/v1). Throws `TypeError` with
 * Kubernetes' texts.
 */
export function parseEncryption(text: string, parts?: KmsParts): EncryptionRule[] {
  const document = readDocument(text, {
    kind: 'EncryptionConfiguration',
    versions: ['apiserver.config.k8s.io/v1'],
    fields: FIELDS,
  }) as { resources?: readonly { resources?: string[]; providers?: ProviderSpec[] }[] }
  const { resources = [] } = document
  const errors: FieldError[] = []
  if (resources.length === 0) {
    errors.push(required('resources', 'at least one resources is required'))
  }
  const reading = { errors, parts, kmsNames: new Set<string>() }
  const rules = resources.map((rule, i) => {
    const path = `resources[${i}]`
    const names = rule.resources ?? []
    checkNames(names, `${path}.resources`, errors)
    const specs = rule.providers ?? []
    if (specs.length === 0) {
      const at = `${path}.providers`
      errors.push(required(at, `at least one ${at} is required`))
    }
    const providers = specs.flatMap((spec, j) =>
      providersOf(spec, `${path}.providers[${j}]`, reading),
    )
    return { resources: names, providers }
  })
  if (errors.length > 0) throw new TypeError(describeErrors(errors))
  return rules
}

function checkNames(names: readonly string[], path: string, errors: FieldError[]): void {
  if (names.length === 0) errors.push(required(path, `at least one ${path} is required`))
  for (const [i, name] of names.entries()) {
    const at = `${path}[${i}]`
    const wrong = (why: string) => void errors.push(invalid(at, name, why))
    if (name !== name.toLowerCase()) wrong('resource name should not contain capital letters')
    if (name === '*') {
      wrong(
        "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
      )
    }
    if (name === 'apiserveripinfo' || name.startsWith('servicenodeportallocations')) {
      wrong('resources which do not have REST API/s cannot be encrypted')
    }
    if (name.endsWith('.events.k8s.io')) {
      wrong(
        "'*.events.k8s.io' objects are stored using the 'events' API group. Use 'events' instead",
      )
    }
    if (name.endsWith('.extensions')) {
      wrong("'extensions' group has been removed and cannot be used for encryption")
    }
    if (names.indexOf(name) < i) wrong('the same resource cannot be specified multiple times')
  }
  const others = (taken: string) => names.some((name) => name !== taken)
  const ofGroup = (group: string) =>
    names.some((name) => !name.startsWith('*') && groupOf(name) === group)
  const overlaps = names.some((name) =>
    name === '*.*' ? others(name) : name.startsWith('*.') && ofGroup(name.slice(2)),
  )
  if (!overlaps) return
  errors.push(
    invalid(
      path,
      names,
      "using overlapping resources such as 'secrets' and '*.' in the same resource list is not " +
        'allowed as they will be masked',
    ),
  )
}

const groupOf = (name: string) => name.split('.').slice(1).join('.')

const AES_BYTES = [16, 24, 32]
const MAKERS: Readonly<
  Record<string, { bytes: number[]; make: (name: string, secret: Uint8Array) => Provider }>
> = {
  aesgcm: { bytes: AES_BYTES, make: aesGcm },
  aescbc: { bytes: AES_BYTES, make: aesCbc },
  secretbox: { bytes: [32], make: secretbox },
}

interface Reading {
  readonly errors: FieldError[]
  readonly parts: KmsParts | undefined
  /** So far. */
  readonly kmsNames: Set<string>
}

function providersOf(spec: ProviderSpec, path: string, reading: Reading): Provider[] {
  const { errors } = reading
  const kinds = Object.keys(spec)
  if (kinds.length !== 1) {
    const why =
      kinds.length === 0
        ? 'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity'
        : 'more than one provider specified in a single element, should split into different list elements'
    errors.push(invalid(path, kinds, why))
    return []
  }
  const [kind = ''] = kinds
  const settings = spec[kind] ?? {}
  if (kind === 'identity') return [identity]
  if (kind === 'kms') return kmsOf(settings, `${path}.kms`, reading)
  const maker = MAKERS[kind]
  if (!maker) return []
  const keys = settings.keys ?? []
  const at = `${path}.${kind}.keys`
  if (keys.length === 0) errors.push(required(at, `at least one ${at} is required`))
  return keys.flatMap(({ name = '', secret = '' }, i) => {
    const before = errors.length
    checkKey({ name, secret }, `${at}[${i}]`, { errors, bytes: maker.bytes })
    if (name.includes(':')) errors.push(invalid(`${at}[${i}].name`, name, "must not contain ':'"))
    return errors.length > before ? [] : [maker.make(name, Buffer.from(secret, 'base64'))]
  })
}

function checkKey(
  { name, secret }: { name: string; secret: string },
  path: string,
  { errors, bytes }: { errors: FieldError[]; bytes: readonly number[] },
): void {
  if (name === '') errors.push(required(`${path}.name`, 'name is a mandatory field for a key'))
  const at = `${path}.secret`
  if (secret === '') {
    errors.push(required(at, 'secret is a mandatory field for a key'))
  } else if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(secret)) {
    errors.push(invalid(at, 'REDACTED', 'secrets must be base64 encoded'))
  } else {
    const { length } = Buffer.from(secret, 'base64')
    if (bytes.includes(length)) return
    const wanted = `[${bytes.join(' ')}]`
    const why = `secret is not of the expected length, got ${length}, expected one of ${wanted}`
    errors.push(invalid(at, 'REDACTED', why))
  }
}

const KMS_TIMEOUT_MS = 3000

function kmsOf(spec: KmsSpec, path: string, { errors, parts, kmsNames }: Reading): Provider[] {
  const { apiVersion = 'v1', name = '', endpoint = '', timeout = '3s' } = spec
  const before = errors.length
  if (apiVersion !== 'v1' && apiVersion !== 'v2') {
    const why = `unsupported apiVersion ${apiVersion} for KMS provider, only v1 and v2 are supported`
    errors.push(invalid(`${path}.apiVersion`, apiVersion, why))
  } else if (apiVersion === 'v1') {
    const why = 'KMSv1 is disabled: it is deprecated, and its plugins are not asked; use v2'
    errors.push(invalid(`${path}.apiVersion`, apiVersion, why))
  }
  const nameAt = `${path}.name`
  if (name === '') errors.push(required(nameAt, 'name is a mandatory field for a provider'))
  if (name.includes(':')) {
    const why = `invalid KMS provider name ${name}, must not contain ':'`
    errors.push(invalid(nameAt, name, why))
  }
  if (kmsNames.has(name)) {
    const why = `duplicate KMS provider name ${name}, names must be unique`
    errors.push({ ...duplicate(nameAt, name), detail: `Invalid value: "${name}": ${why}` })
  }
  kmsNames.add(name)
  const timeoutMs = goDurationMs(timeout) ?? 0
  if (timeoutMs <= 0) {
    errors.push(invalid(`${path}.timeout`, timeout, 'timeout should be a positive value'))
  }
  const endpointAt = `${path}.endpoint`
  if (endpoint === '') {
    errors.push(required(endpointAt, 'endpoint is a mandatory field for a provider'))
  } else if (!endpoint.startsWith('unix:')) {
    const scheme = JSON.stringify(/^[^:]*/.exec(endpoint)?.[0] ?? '')
    const why = `unsupported scheme ${scheme} for KMS provider, only unix is supported`
    errors.push(invalid(endpointAt, endpoint, why))
  }
  if (errors.length > before) return []
  if (!parts) throw new TypeError('keys that are kept elsewhere cannot be had here')
  const { connect, clock, random } = parts
  const client = connect(endpoint)
  return [kms({ name, client, timeoutMs: timeoutMs || KMS_TIMEOUT_MS, clock, random })]
}

const PLAIN: readonly Provider[] = [identity]

/** The providers for a resource: those of the first rule that names it; else it is kept as it is. */
export function providersFor(
  rules: readonly EncryptionRule[],
  of: { group: string; plural: string },
): readonly Provider[] {
  const own = of.group === '' ? of.plural : `${of.plural}.${of.group}`
  const matching = (name: string) => name === own || name === `*.${of.group}` || name === '*.*'
  return rules.find(({ resources }) => resources.some(matching))?.providers ?? PLAIN
}
