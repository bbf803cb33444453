import type { DeepReadonly } from '../../../base/index.ts'
import type { AppArmorProfile, Pod, SeccompProfile } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { forbidden, invalid } from '../field-errors.ts'
import { validateLocalPath } from './paths.ts'
import { allContainers } from './windows.ts'

type ReadPod = DeepReadonly<Pick<Pod, 'metadata' | 'spec'>>

/** Marks what a node runs by itself, and only shows in the API. */
const MIRROR = 'kubernetes.io/config.mirror'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const OWN_PATH = 'metadata.annotations'
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'

/** Annotations of a pod that mean something to the cluster. */
export function validatePodAnnotations({ metadata, spec }: ReadPod, path = OWN_PATH): FieldError[] {
  const annotations = metadata.annotations ?? {}
  const errors: FieldError[] = []
  const mirror = annotations[MIRROR]
  if (mirror !== undefined && !spec.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set'
    errors.push(invalid(`${path}[${MIRROR}]`, mirror, detail))
  }
  const cost = annotations[DELETION_COST]
  if (cost !== undefined && !isCost(cost)) {
    errors.push(invalid(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer'))
  }
  const names = allContainers(spec, 'spec').map(([{ name }]) => name)
  for (const [key, value] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) {
      errors.push(...validateSeccomp(value, `${path}.${key}`))
    }
    if (!key.startsWith(APP_ARMOR)) continue
    const container = key.slice(APP_ARMOR.length)
    if (!names.includes(container)) {
      errors.push(invalid(`${path}[${key}]`, container, 'container not found'))
    }
    if (value !== '' && !/^(runtime\/default|unconfined|localhost\/.*)$/s.test(value)) {
      const detail = `invalid AppArmor profile name: ${JSON.stringify(value)}`
      errors.push(invalid(`${path}[${key}]`, value, detail))
    }
  }
  return errors
}

function isCost(text: string): boolean {
  if (text.startsWith('+') || !/^(0|-?[1-9]\d*)$/.test(text)) return false
  return Math.abs(Number(text)) <= 2 ** 31 - 1 || Number(text) === -(2 ** 31)
}

function validateSeccomp(profile: string, path: string): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return []
  const start = 'localhost/'
  if (profile.startsWith(start)) return validateLocalPath(profile.slice(start.length), path)
  return [invalid(path, profile, 'must be a valid seccomp profile')]
}

/** Some annotations stay as they are once the pod is there. */
export function validateAnnotationUpdate(pod: ReadPod, old: ReadPod): FieldError[] {
  const [now, before] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}]
  const changed = Object.keys(before).filter((key) => now[key] !== before[key])
  const added = Object.keys(now).filter((key) => !Object.hasOwn(before, key))
  const tell = (keys: readonly string[], verb: string) =>
    keys.flatMap((key) => {
      const at = `${OWN_PATH}[${key}]`
      if (key.startsWith(APP_ARMOR)) return [forbidden(at, `may not ${verb} AppArmor annotations`)]
      if (key === MIRROR) return [forbidden(at, `may not ${verb} mirror pod annotation`)]
      return []
    })
  return [
    ...tell(changed, 'remove or update'),
    ...tell(added, 'add'),
    ...validatePodAnnotations(pod),
  ]
}

/** What a profile is called in annotations of old, by its type. */
const SECCOMP_NAMES: Readonly<Record<string, readonly string[]>> = {
  Unconfined: ['unconfined'],
  RuntimeDefault: ['runtime/default', 'docker/default'],
}
const APP_ARMOR_NAMES: Readonly<Record<string, readonly string[]>> = {
  Unconfined: ['unconfined'],
  RuntimeDefault: ['runtime/default'],
}

/** Annotations of old say nothing else than the fields that came for them. */
export function validateProfilesMatch({ metadata, spec }: ReadPod, at = 'spec'): FieldError[] {
  const annotations = metadata.annotations ?? {}
  const security = spec.securityContext
  const containers = allContainers(spec, at)
  const seccomp = { what: 'seccomp', names: SECCOMP_NAMES }
  const errors = matchErrors(security?.seccompProfile, annotations[SECCOMP_POD], {
    ...seccomp,
    path: `${at}.securityContext.seccompProfile`,
  })
  for (const [{ name, securityContext }, container] of containers) {
    const path = `${container}.securityContext.seccompProfile`
    const annotation = annotations[SECCOMP_CONTAINER + name]
    errors.push(...matchErrors(securityContext?.seccompProfile, annotation, { ...seccomp, path }))
  }
  if (spec.os?.name === 'windows') return errors
  for (const [{ name, securityContext }, container] of containers) {
    const profile = securityContext?.appArmorProfile ?? security?.appArmorProfile
    const path = `${container}.securityContext.appArmorProfile`
    const of = { what: 'apparmor', names: APP_ARMOR_NAMES, path }
    errors.push(...matchErrors(profile, annotations[APP_ARMOR + name], of))
  }
  return errors
}

function matchErrors(
  profile: DeepReadonly<SeccompProfile | AppArmorProfile> | undefined,
  annotation: string | undefined,
  of: { what: string; names: Readonly<Record<string, readonly string[]>>; path: string },
): FieldError[] {
  if (!profile || annotation === undefined) return []
  const start = 'localhost/'
  const known = of.names[profile.type ?? '']
  const isLocal = profile.type === 'Localhost'
  const fits = isLocal ? annotation.startsWith(start) : (known?.includes(annotation) ?? true)
  if (!fits) {
    return [forbidden(`${of.path}.type`, `${of.what} type in annotation and field must match`)]
  }
  if (!isLocal || annotation.slice(start.length) === profile.localhostProfile) return []
  const detail = `${of.what} profile in annotation and field must match`
  return [forbidden(`${of.path}.localhostProfile`, detail)]
}
