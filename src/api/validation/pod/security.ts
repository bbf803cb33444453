import type { DeepReadonly } from '../../../base/index.ts'
import {
  type AppArmorProfile,
  type PodSecurityContext,
  type PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, invalid, notSupported, required, tooLong } from '../field-errors.ts'
import { goText } from '../go-text.ts'
import { oneOf } from './common.ts'
import { validateLocalPath } from './paths.ts'
import { validateWindowsOptions } from './windows.ts'

const MAX_ID = 2 ** 31 - 1
const ID_ERROR = `must be between 0 and ${MAX_ID}, inclusive`
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined']
const PROFILE_PATH_MAX = 4095
const SYSCTL_MAX = 253
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const SYSCTL_ERROR =
  `must have at most ${SYSCTL_MAX} characters and match regex ` +
  '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'

function validateId(id: number | undefined, path: string): FieldError[] {
  return id !== undefined && (id < 0 || id > MAX_ID) ? [invalid(path, id, ID_ERROR)] : []
}

export function validatePodSecurity(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const context: DeepReadonly<PodSecurityContext> = spec.securityContext ?? {}
  const errors: FieldError[] = []
  errors.push(...validateId(context.fsGroup, `${path}.fsGroup`))
  errors.push(...validateId(context.runAsUser, `${path}.runAsUser`))
  errors.push(...validateId(context.runAsGroup, `${path}.runAsGroup`))
  for (const [i, id] of (context.supplementalGroups ?? []).entries()) {
    errors.push(...validateId(id, `${path}.supplementalGroups[${i}]`))
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled'
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail))
  }
  errors.push(...validateSysctls(spec, `${path}.sysctls`))
  const choice = (name: keyof PodSecurityContext, ...values: string[]) => {
    const value = context[name]
    if (typeof value !== 'string' || values.includes(value)) return
    errors.push(notSupported(`${path}.${name}`, value, values))
  }
  choice('fsGroupChangePolicy', 'Always', 'OnRootMismatch')
  errors.push(...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`))
  errors.push(...validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`))
  errors.push(...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`))
  choice('supplementalGroupsPolicy', 'Merge', 'Strict')
  choice('seLinuxChangePolicy', 'MountOption', 'Recursive')
  return errors
}

function validateSysctls(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, { name = '' }] of (spec.securityContext?.sysctls ?? []).entries()) {
    const at = `${path}[${i}].name`
    if (name === '') errors.push(required(at))
    else if (name.length > SYSCTL_MAX || !SYSCTL.test(name)) {
      errors.push(invalid(at, name, SYSCTL_ERROR))
    } else if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
    const shared = sharedNamespace(name, spec)
    if (shared) errors.push(invalid(at, name, `may not be specified when '${shared}' is true`))
  }
  return errors
}

/** The field by which a pod shares with its node what a setting of the kernel is about. */
function sharedNamespace(name: string, spec: DeepReadonly<PodSpec>): string | undefined {
  const dotted = name.replaceAll('/', '.')
  if (spec.hostNetwork && dotted.startsWith('net.')) return 'hostNetwork'
  const isIpc = dotted === 'kernel.sem' || /^(kernel\.shm|kernel\.msg|fs\.mqueue\.)/.test(dotted)
  return spec.hostIPC && isIpc ? 'hostIPC' : undefined
}

function validateSeccomp(
  profile: DeepReadonly<SeccompProfile> | undefined,
  path: string,
): FieldError[] {
  if (!profile) return []
  const { type, localhostProfile: local } = profile
  const errors: FieldError[] = []
  if (type === '') {
    errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  } else errors.push(...oneOf(`${path}.type`, type, PROFILES))
  const at = `${path}.localhostProfile`
  if (type !== 'Localhost') {
    if (local === undefined) return errors
    const detail = 'can only be set when seccomp type is Localhost'
    return [...errors, invalid(at, goText(SeccompProfile, profile), detail)]
  }
  if (local !== undefined) return [...errors, ...validateLocalPath(local, at)]
  return [...errors, required(at, 'must be set when seccomp type is Localhost')]
}

function validateAppArmor(
  profile: DeepReadonly<AppArmorProfile> | undefined,
  path: string,
): FieldError[] {
  if (!profile) return []
  const { type, localhostProfile: local } = profile
  const at = `${path}.localhostProfile`
  if (type === '') {
    return [required(`${path}.type`, 'type is required when appArmorProfile is set')]
  }
  if (!PROFILES.includes(type)) return [notSupported(`${path}.type`, type, PROFILES)]
  if (type !== 'Localhost') {
    if (local === undefined) return []
    return [invalid(at, local, 'can only be set when AppArmor type is Localhost')]
  }
  const missing = required(at, 'must be set when AppArmor type is Localhost')
  if (local === undefined || local === '') return [missing]
  const errors: FieldError[] = []
  if (local !== local.trim()) errors.push(invalid(at, local, 'must not be padded with whitespace'))
  if (local.length > PROFILE_PATH_MAX) errors.push(tooLong(at, PROFILE_PATH_MAX))
  return errors
}

/** `hostUsers`: users of the container are those of the host. */
export function validateContainerSecurity(
  context: DeepReadonly<SecurityContext> | undefined,
  { path, hostUsers }: { readonly path: string; readonly hostUsers: boolean },
): FieldError[] {
  if (!context) return []
  const errors = [
    ...validateId(context.runAsUser, `${path}.runAsUser`),
    ...validateId(context.runAsGroup, `${path}.runAsGroup`),
  ]
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context
  if (procMount !== undefined) {
    errors.push(...oneOf(`${path}.procMount`, procMount, ['Default', 'Unmasked']))
    if (hostUsers && procMount === 'Unmasked') {
      const detail = '`hostUsers` must be false to use `Unmasked`'
      errors.push(invalid(`${path}.procMount`, procMount, detail))
    }
  }
  errors.push(...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`))
  if (allowPrivilegeEscalation === false) {
    const shown = goText(SecurityContext, context)
    const denied = (what: string) =>
      invalid(path, shown, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`)
    if (privileged) errors.push(denied('`privileged` to true'))
    const admin = capabilities?.add?.filter((name) => name === 'CAP_SYS_ADMIN') ?? []
    errors.push(...admin.map(() => denied('`capabilities.Add` CAP_SYS_ADMIN')))
  }
  return [
    ...errors,
    ...validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`),
    ...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`),
  ]
}
