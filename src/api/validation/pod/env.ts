import type { DeepReadonly } from '../../../base/index.ts'
import type { EnvFromSource, EnvVar, ObjectFieldSelector } from '../../core/index.ts'
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
    errors.push(...validateResource(source.resourceFieldRef.resource, `${path}.resourceFieldRef`))
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = source[kind]
    if (!ref) continue
    if (!ref.name) errors.push(required(`${path}.${kind}.name`))
    if (!ref.key) errors.push(required(`${path}.${kind}.key`))
    else errors.push(...each(`${path}.${kind}.key`, ref.key, configMapKeyErrors(ref.key)))
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

/** A reference to a field of the pod, such as `metadata.labels['app']`. */
export function validateFieldRef(
  ref: DeepReadonly<ObjectFieldSelector>,
  path: string,
  supported: readonly string[],
): FieldError[] {
  const at = `${path}.fieldPath`
  if (!ref.fieldPath) return [required(at)]
  const subscript = /^(metadata\.(?:labels|annotations))\['([^']*)'\]$/.exec(ref.fieldPath)
  if (subscript) {
    const key = subscript[2] ?? ''
    return each(at, ref.fieldPath, qualifiedNameErrors(key))
  }
  if (supported.includes(ref.fieldPath)) return []
  const isKnown = ENV_FIELDS.includes(ref.fieldPath) || VOLUME_FIELDS.includes(ref.fieldPath)
  if (isKnown) return [notSupported(at, ref.fieldPath, supported)]
  const detail = `error converting fieldPath: field label not supported: ${ref.fieldPath}`
  return [invalid(at, ref.fieldPath, detail)]
}

export function validateResource(resource: string, path: string): FieldError[] {
  if (!resource) return [required(`${path}.resource`)]
  const isHugePages = /^(?:limits|requests)\.hugepages-/.test(resource)
  if (RESOURCES.includes(resource) || isHugePages) return []
  return [notSupported(`${path}.resource`, resource, RESOURCES)]
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
      errors.push(invalid(at, '', 'may not have more than one field specified at a time'))
    }
    if (!source.configMapRef && !source.secretRef) {
      errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'))
    }
    return errors
  })
}
