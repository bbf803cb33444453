import type { DeepReadonly } from '../../base/index.ts'
import type { ConfigMap, Secret } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { forbidden, invalid, required, tooLong } from './field-errors.ts'
import { validateKept } from './metadata.ts'
import { configMapKeyErrors } from './names.ts'
import { each } from './pod/common.ts'

const MAX_DATA_BYTES = 1024 * 1024
const IMMUTABLE_SET_ERROR = 'field is immutable when `immutable` is set'

export function validateConfigMap(map: DeepReadonly<ConfigMap>): FieldError[] {
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, text] of Object.entries(map.data ?? {})) {
    errors.push(...each(`data[${key}]`, key, configMapKeyErrors(key)))
    if (map.binaryData && Object.hasOwn(map.binaryData, key)) {
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    }
    bytes += Buffer.byteLength(text)
  }
  for (const [key, base64] of Object.entries(map.binaryData ?? {})) {
    errors.push(...each(`binaryData[${key}]`, key, configMapKeyErrors(key)))
    bytes += decodedLength(base64)
  }
  // The empty path, as Go prints it.
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('[]', MAX_DATA_BYTES))
  return errors
}

export function validateConfigMapUpdate(
  map: DeepReadonly<ConfigMap>,
  old: DeepReadonly<ConfigMap>,
): FieldError[] {
  return validateImmutable(map, old, ['data', 'binaryData'])
}

function validateImmutable(
  object: { readonly immutable?: boolean } & object,
  old: { readonly immutable?: boolean } & object,
  fields: readonly string[],
): FieldError[] {
  if (old.immutable !== true) return []
  const errors: FieldError[] = []
  if (object.immutable !== true) errors.push(forbidden('immutable', IMMUTABLE_SET_ERROR))
  for (const field of fields) {
    if (!semanticEqual(Reflect.get(object, field), Reflect.get(old, field))) {
      errors.push(forbidden(field, IMMUTABLE_SET_ERROR))
    }
  }
  return errors
}

function decodedLength(base64: string): number {
  return Buffer.byteLength(base64, 'base64')
}

/** Keys that a type of secret must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}
const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name'

export function validateSecret(secret: DeepReadonly<Secret>): FieldError[] {
  const errors: FieldError[] = []
  const { data = {}, type = '' } = secret
  let bytes = 0
  for (const [key, base64] of Object.entries(data)) {
    errors.push(...each(`data[${key}]`, key, configMapKeyErrors(key)))
    bytes += decodedLength(base64)
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES))
  if (type === 'kubernetes.io/service-account-token') {
    if (!secret.metadata.annotations?.[ACCOUNT_ANNOTATION]) {
      errors.push(required(`metadata.annotations[${ACCOUNT_ANNOTATION}]`))
    }
  }
  if (type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
    errors.push(required('data[username]'), required('data[password]'))
  }
  for (const key of REQUIRED_KEYS[type] ?? []) {
    const base64 = data[key]
    if (base64 === undefined) errors.push(required(`data[${key}]`))
    else if (key.startsWith('.docker')) errors.push(...validateJson(base64, `data[${key}]`))
  }
  return errors
}

function validateJson(base64: string, path: string): FieldError[] {
  try {
    JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
    return []
  } catch {
    return [invalid(path, '<secret contents redacted>', 'unexpected end of JSON input')]
  }
}

export function validateSecretUpdate(
  secret: DeepReadonly<Secret>,
  old: DeepReadonly<Secret>,
): FieldError[] {
  return [
    ...validateKept(secret.type ?? '', old.type ?? '', 'type'),
    ...validateImmutable(secret, old, ['data']),
  ]
}
