import type { DeepReadonly } from '../../../base/index.ts'
import type {
  EnvFromSource,
  EnvVar,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../core/index.ts'
import { canonicalQuantity, compareQuantities } from '../../quantity/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { invalid, notSupported, required } from '../field-errors.ts'
import {
  configMapKeyErrors,
  dns1123SubdomainErrors,
  envVarNameErrors,
  qualifiedNameErrors,
} from '../names.ts'
import { each } from './common.ts'

/** What a container's environment may take from its pod. */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** What a downward API volume may take. */
export const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

export function validateEnv(env: readonly DeepReadonly<EnvVar>[], path: string): FieldError[] {
  return env.flatMap((variable, i) => {
    const at = `${path}[${i}]`
    const name =
      variable.name === ''
        ? [required(`${at}.name`)]
        : each(`${at}.name`, variable.name, envVarNameErrors(variable.name))
    return [...name, ...validateValueFrom(variable, `${at}.valueFrom`)]
  })
}

function validateValueFrom(variable: DeepReadonly<EnvVar>, path: string): FieldError[] {
  const source = variable.valueFrom
  if (!source) return []
  const errors: FieldError[] = []
  const given = Object.values(source).filter((value) => value !== undefined).length
  if (source.fieldRef)
    errors.push(...validateFieldRef(source.fieldRef, `${path}.fieldRef`, ENV_FIELDS))
  if (source.resourceFieldRef) {
    const at = `${path}.resourceFieldRef`
    errors.push(...validateResourceRef(source.resourceFieldRef, at, { inVolume: false }))
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = source[kind]
    if (!ref) continue
    const { name = '', key } = ref
    errors.push(...each(`${path}.${kind}.name`, name, dns1123SubdomainErrors(name)))
    if (key === '') errors.push(required(`${path}.${kind}.key`))
    else errors.push(...each(`${path}.${kind}.key`, key, configMapKeyErrors(key)))
  }
  if (given === 0) {
    const options = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
    errors.push(invalid(path, '', `must specify one of: ${options}`))
  } else if (variable.value) {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  } else if (given > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  }
  return errors
}

/** Fields that exist, whether or not they can be referred to from somewhere. */
const FIELDS = [
  ...ENV_FIELDS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]

/** A reference to a field of the pod, such as `metadata.labels['app']`. */
export function validateFieldRef(
  { apiVersion = '', fieldPath }: DeepReadonly<ObjectFieldSelector>,
  path: string,
  supported: readonly string[],
): FieldError[] {
  const at = `${path}.fieldPath`
  if (apiVersion === '') return [required(`${path}.apiVersion`)]
  if (fieldPath === '') return [required(at)]
  const unknown = (why: string) => [invalid(at, fieldPath, `error converting fieldPath: ${why}`)]
  if (apiVersion !== 'v1') return unknown(`unsupported pod version: ${apiVersion}`)
  const [, of = '', key = ''] = /^(.+?)\['(.*)'\]$/.exec(fieldPath) ?? []
  if (of === 'metadata.labels') return each(path, key, qualifiedNameErrors(key))
  if (of === 'metadata.annotations') {
    return each(path, key.toLowerCase(), qualifiedNameErrors(key.toLowerCase()))
  }
  if (of !== '') return unknown(`field label does not support subscript: ${fieldPath}`)
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath
  if (!FIELDS.includes(field)) return unknown(`field label not supported: ${fieldPath}`)
  return supported.includes(field) ? [] : [notSupported(at, field, supported)]
}

/** A reference to what a container may use, in units of the divisor. */
export function validateResourceRef(
  { containerName, resource, divisor }: DeepReadonly<ResourceFieldSelector>,
  path: string,
  { inVolume }: { readonly inVolume: boolean },
): FieldError[] {
  const errors: FieldError[] = []
  const isHugePages = /^(?:limits|requests)\.hugepages-/.test(resource)
  if (inVolume && !containerName) errors.push(required(`${path}.containerName`))
  else if (resource === '') errors.push(required(`${path}.resource`))
  else if (!RESOURCES.includes(resource) && !isHugePages) {
    errors.push(notSupported(`${path}.resource`, resource, RESOURCES))
  }
  return [...errors, ...validateDivisor(resource, divisor, `${path}.divisor`)]
}

const SIZES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

function validateDivisor(
  resource: string,
  divisor: string | undefined,
  path: string,
): FieldError[] {
  if (divisor === undefined || compareQuantities(divisor, '0') === 0) return []
  const name = resource.replace(/^(?:limits|requests)\./, '')
  const isHugePages = name.startsWith('hugepages-')
  const of = isHugePages
    ? 'hugepages'
    : name === 'ephemeral-storage'
      ? `local ephemeral storage`
      : name
  const text = canonicalQuantity(divisor)
  if (name === 'cpu') {
    if (text === '1m' || text === '1') return []
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource"
    return [invalid(path, resource, detail)]
  }
  const isSized = name === 'memory' || name === 'ephemeral-storage' || isHugePages
  if (!isSized || SIZES.includes(text)) return []
  const detail = `only divisor's values ${SIZES.join(', ')} are supported with the ${of} resource`
  return [invalid(path, resource, detail)]
}

export function validateEnvFrom(
  sources: readonly DeepReadonly<EnvFromSource>[],
  path: string,
): FieldError[] {
  return sources.flatMap((source, i) => {
    const at = `${path}[${i}]`
    const errors: FieldError[] = []
    if (source.prefix)
      errors.push(...each(`${at}.prefix`, source.prefix, envVarNameErrors(source.prefix)))
    for (const kind of ['configMapRef', 'secretRef'] as const) {
      const ref = source[kind]
      if (!ref) continue
      if (!ref.name) errors.push(required(`${at}.${kind}.name`))
      else errors.push(...each(`${at}.${kind}.name`, ref.name, dns1123SubdomainErrors(ref.name)))
    }
    if (source.configMapRef && source.secretRef) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
    }
    if (!source.configMapRef && !source.secretRef) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    }
    return errors
  })
}
