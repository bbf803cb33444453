import type { DeepReadonly } from '../../../base/index.ts'
import type { Container, PodSpec, WindowsSecurityContextOptions } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { dns1123SubdomainErrors } from '../names.ts'
import { each } from './common.ts'

const SPEC_KIB_MAX = 64
const USER_MAX = 104
const DOMAIN_MAX = 256

/** Settings of the first process on Windows. */
export function validateWindowsOptions(
  options: DeepReadonly<WindowsSecurityContextOptions> | undefined,
  path: string,
): FieldError[] {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options ?? {}
  const errors: FieldError[] = []
  if (name !== undefined) {
    errors.push(...each(`${path}.gmsaCredentialSpecName`, name, dns1123SubdomainErrors(name)))
  }
  const at = `${path}.gmsaCredentialSpec`
  if (spec === '') errors.push(invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string'))
  else if (spec !== undefined && Buffer.byteLength(spec) > SPEC_KIB_MAX * 1024) {
    errors.push(invalid(at, spec, `gmsaCredentialSpec size must be under ${SPEC_KIB_MAX} KiB`))
  }
  if (runAsUserName === undefined) return errors
  return [...errors, ...each(`${path}.runAsUserName`, runAsUserName, userErrors(runAsUserName))]
}

function userErrors(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts.at(-1) ?? ''
  const domain = parts.length > 1 ? parts[0] : undefined
  const errors: string[] = []
  if ((domain ?? '').length >= DOMAIN_MAX) {
    errors.push(`runAsUserName's Domain length must be under ${DOMAIN_MAX} characters`)
  }
  if (domain !== undefined && !isDomain(domain)) {
    errors.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  }
  if (user === '') errors.push("runAsUserName's User cannot be empty")
  else if (user.length > USER_MAX) {
    errors.push(`runAsUserName's User length must not be longer than ${USER_MAX} characters`)
  }
  if (/^[. ]+$/.test(user))
    errors.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    const some = '"/\\:;|=,+*?<>@[]'
    errors.push(`runAsUserName's User cannot contain the following characters: ${some}`)
  }
  return errors
}

const isDomain = (name: string) =>
  /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(name) ||
  /^[a-zA-Z0-9]{1,63}(\.[a-zA-Z0-9\-.]{1,63})*$/.test(name)

/** Each container with its path, in upstream's order. */
export function allContainers(
  spec: DeepReadonly<PodSpec>,
  path: string,
): (readonly [DeepReadonly<Pick<Container, 'name' | 'securityContext'>>, string])[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, i) => [container, `${path}.${list}[${i}]`] as const),
  )
}

/** KEP-1981: containers that are processes of the host. */
export function validateHostProcesses(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = []
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  const containers = allContainers(spec, path)
  let count = 0
  for (const [container, at] of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail))
    }
    if (own ?? ofPod) count++
  }
  if (count === 0) return errors
  if (count !== containers.length) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalid(path, '', detail))
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers'
    errors.push(invalid(`${path}.hostNetwork`, false, detail))
  }
  return errors
}

/** In the order in which upstream looks at them; `^` stands for what is no part of the context. */
const POD_LINUX = [
  'appArmorProfile',
  'seLinuxOptions',
  '^hostUsers',
  '^hostPID',
  '^hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  '^shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
]
const CONTAINER_LINUX = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const

/** Fields of Linux that a Windows pod may not have, and the other way round (KEP-2802). */
export function validateOs(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  if (!spec.os) return []
  const { name } = spec.os
  if (name === '') return [required(`${path}.os.name`, 'cannot be empty')]
  if (name === 'linux') return onlyLinux(spec, path)
  if (name === 'windows') return onlyWindows(spec, path)
  return [notSupported(`${path}.os`, name, ['linux', 'windows'])]
}

function onlyLinux(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const detail = 'windows options cannot be set for a linux pod'
  const all = [[spec, path] as const, ...allContainers(spec, path)]
  return all
    .filter(([of]) => of.securityContext?.windowsOptions)
    .map(([, at]) => forbidden(`${at}.securityContext.windowsOptions`, detail))
}

function onlyWindows(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const detail = 'cannot be set for a windows pod'
  const errors: FieldError[] = []
  const context = new Map(Object.entries(spec.securityContext ?? {}))
  const outside = new Map(Object.entries(spec))
  for (const field of POD_LINUX) {
    const isOutside = field.startsWith('^')
    const name = isOutside ? field.slice(1) : field
    const value: unknown = (isOutside ? outside : context).get(name)
    const isOff = value === undefined || (value === false && /^host(PID|IPC)$/.test(name))
    if (isOff || (Array.isArray(value) && value.length === 0)) continue
    errors.push(forbidden(`${path}.${isOutside ? '' : 'securityContext.'}${name}`, detail))
  }
  for (const [{ securityContext = {} }, at] of allContainers(spec, path)) {
    for (const field of CONTAINER_LINUX) {
      if (securityContext[field] === undefined) continue
      errors.push(forbidden(`${at}.securityContext.${field}`, detail))
    }
  }
  return errors
}
