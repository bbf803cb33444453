import type { DeepReadonly } from '../../../base/index.ts'
import type {
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { noBackSteps } from './paths.ts'

const MAX_ID = 2 ** 31 - 1
const ID_ERROR = `must be between 0 and ${MAX_ID}, inclusive`

function validateId(id: number | undefined, path: string): FieldError[] {
  return id !== undefined && (id < 0 || id > MAX_ID) ? [invalid(path, id, ID_ERROR)] : []
}

export function validatePodSecurity(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const context: DeepReadonly<PodSecurityContext> = spec.securityContext ?? {}
  const errors: FieldError[] = []
  errors.push(...validateId(context.fsGroup, `${path}.fsGroup`))
  errors.push(...validateId(context.runAsUser, `${path}.runAsUser`))
  errors.push(...validateId(context.runAsGroup, `${path}.runAsGroup`))
  context.supplementalGroups?.forEach((id, i) => {
    errors.push(...validateId(id, `${path}.supplementalGroups[${i}]`))
  })
  const shares = spec.shareProcessNamespace && spec.hostPID
  if (shares) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled'
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail))
  }
  const names = new Set<string>()
  context.sysctls?.forEach(({ name }, i) => {
    const at = `${path}.sysctls[${i}].name`
    if (!name) errors.push(required(at))
    else if (!/^[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/.test(name)) {
      const pattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'
      errors.push(invalid(at, name, `must have at most 253 characters and match regex ${pattern}`))
    } else if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
  })
  const policy = context.fsGroupChangePolicy
  if (policy !== undefined && policy !== 'Always' && policy !== 'OnRootMismatch') {
    errors.push(notSupported(`${path}.fsGroupChangePolicy`, policy, ['Always', 'OnRootMismatch']))
  }
  errors.push(...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`))
  return errors
}

function validateSeccomp(
  profile: DeepReadonly<SeccompProfile> | undefined,
  path: string,
): FieldError[] {
  if (!profile) return []
  const local = profile.localhostProfile
  if (!profile.type)
    return [required(`${path}.type`, 'type is required when seccompProfile is set')]
  if (profile.type === 'Localhost') {
    const at = `${path}.localhostProfile`
    if (local === undefined) return [required(at, 'must be set when seccomp type is Localhost')]
    if (local.startsWith('/')) return [invalid(at, local, 'must be a relative path')]
    return noBackSteps(local, at)
  }
  if (local !== undefined) {
    return [
      invalid(`${path}.localhostProfile`, local, 'can only be set when seccomp type is Localhost'),
    ]
  }
  const supported = ['Localhost', 'RuntimeDefault', 'Unconfined']
  return supported.includes(profile.type)
    ? []
    : [notSupported(`${path}.type`, profile.type, supported)]
}

export function validateContainerSecurity(
  context: DeepReadonly<SecurityContext> | undefined,
  path: string,
): FieldError[] {
  if (!context) return []
  const errors = [
    ...validateId(context.runAsUser, `${path}.runAsUser`),
    ...validateId(context.runAsGroup, `${path}.runAsGroup`),
    ...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`),
  ]
  const mount = context.procMount
  if (mount !== undefined && mount !== 'Default' && mount !== 'Unmasked') {
    errors.push(notSupported(`${path}.procMount`, mount, ['Default', 'Unmasked']))
  }
  if (context.allowPrivilegeEscalation === false) {
    const at = `${path}`
    if (context.privileged) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'
      errors.push(invalid(at, '', detail))
    }
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
      const detail =
        'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'
      errors.push(invalid(at, '', detail))
    }
  }
  return errors
}

/** Fields of Linux that a Windows pod may not have, and the other way round (KEP-2802). */
export function validateOs(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const os = spec.os?.name
  if (os === undefined) return spec.os ? [required(`${path}.os.name`)] : []
  if (os !== 'linux' && os !== 'windows') {
    return [notSupported(`${path}.os.name`, os, ['linux', 'windows'])]
  }
  const errors: FieldError[] = []
  if (os === 'linux') {
    if (spec.securityContext?.windowsOptions) {
      const at = `${path}.securityContext.windowsOptions`
      errors.push(forbidden(at, 'windows options cannot be set for a linux pod'))
    }
    return errors
  }
  const detail = 'cannot be set for a windows pod'
  for (const field of ['hostPID', 'hostIPC', 'hostUsers'] as const) {
    if (spec[field]) errors.push(forbidden(`${path}.${field}`, detail))
  }
  const context = spec.securityContext ?? {}
  const linuxOnly = [
    'seLinuxOptions',
    'seccompProfile',
    'fsGroup',
    'fsGroupChangePolicy',
    'sysctls',
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
  ] as const
  for (const field of linuxOnly) {
    if (context[field] !== undefined) {
      errors.push(forbidden(`${path}.securityContext.${field}`, detail))
    }
  }
  return errors
}
