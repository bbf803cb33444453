import {
  type Check,
  type CheckedPod,
  containersOf,
  containersText,
  namesWhere,
  plural,
  quoted,
  settersText,
  sortedSet,
  type Violation,
} from './check.ts'

const APPARMOR_TYPES = ['RuntimeDefault', 'Localhost']
const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/'

export const appArmorProfile: Check = {
  id: 'appArmorProfile',
  since: 0,
  find({ metadata, spec }) {
    const isBad = (profile: { type?: string } | undefined) =>
      profile !== undefined && !APPARMOR_TYPES.includes(profile.type ?? '')
    const pod = spec.securityContext?.appArmorProfile
    const names = namesWhere(spec, (context) => isBad(context?.appArmorProfile))
    const all = [pod, ...containersOf(spec).map((c) => c.securityContext?.appArmorProfile)]
    const types = sortedSet(all.flatMap((one) => (one && isBad(one) ? [one.type ?? ''] : [])))
    const annotations = Object.entries(metadata.annotations ?? {})
      .filter(([key, value]) => key.startsWith(APPARMOR_PREFIX) && !allowedAnnotation(value))
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .sort()
    const setters = [
      ...(isBad(pod) || names.length > 0 ? [settersText(isBad(pod), names)] : []),
      ...(annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : []),
    ]
    if (setters.length === 0) return undefined
    const values = [...types, ...annotations]
    const forbidden = plural(
      'forbidden AppArmor profile',
      'forbidden AppArmor profiles',
      values.length,
    )
    const what = `must not set AppArmor profile type to ${quoted(values)}`
    return { reason: forbidden, detail: `${setters.join(' and ')} ${what}` }
  },
}

const allowedAnnotation = (value: string) =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/')

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/'
const SECCOMP_TYPES = ['Localhost', 'RuntimeDefault']

/** Before 1.19 profiles were annotations. */
const SECCOMP_FIELDS_SINCE = 19

type Profile = { readonly type: string } | undefined

const isBadSeccomp = (profile: Profile) =>
  profile !== undefined && !SECCOMP_TYPES.includes(profile.type)

export const seccompBaseline: Check = {
  id: 'seccompProfile_baseline',
  since: 0,
  find: (pod) => (pod.minor < SECCOMP_FIELDS_SINCE ? seccompAnnotations(pod) : badSeccomp(pod)),
}

function seccompAnnotations({ metadata, spec }: CheckedPod): Violation | undefined {
  const keys = [SECCOMP_POD, ...containersOf(spec).map(({ name }) => SECCOMP_PREFIX + name)]
  const allowed = (value: string) =>
    value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')
  const bad = sortedSet(
    keys.flatMap((key) => {
      const value = metadata.annotations?.[key]
      return value === undefined || allowed(value) ? [] : [`${key}=${JSON.stringify(value)}`]
    }),
  )
  if (bad.length === 0) return undefined
  const what = plural('annotation', 'annotations', bad.length)
  return { reason: 'seccompProfile', detail: `forbidden ${what} ${bad.join(', ')}` }
}

function badSeccomp({ spec }: CheckedPod): Violation | undefined {
  const pod = spec.securityContext?.seccompProfile
  const names = namesWhere(spec, (context) => isBadSeccomp(context?.seccompProfile))
  if (!isBadSeccomp(pod) && names.length === 0) return undefined
  const all = [pod, ...containersOf(spec).map((c) => c.securityContext?.seccompProfile)]
  const types = sortedSet(all.flatMap((one) => (one && isBadSeccomp(one) ? [one.type] : [])))
  const what = `must not set securityContext.seccompProfile.type to ${quoted(types)}`
  return { reason: 'seccompProfile', detail: `${settersText(isBadSeccomp(pod), names)} ${what}` }
}

export const seccompRestricted: Check = {
  id: 'seccompProfile_restricted',
  since: SECCOMP_FIELDS_SINCE,
  replaces: 'seccompProfile_baseline',
  find(checked) {
    const { spec, minor } = checked
    if (minor >= 25 && spec.os?.name === 'windows') return undefined
    const bad = badSeccomp(checked)
    if (bad) return bad
    if (spec.securityContext?.seccompProfile) return undefined
    const names = namesWhere(spec, (context) => !context?.seccompProfile)
    if (names.length === 0) return undefined
    const types = '"RuntimeDefault" or "Localhost"'
    const what = `must set securityContext.seccompProfile.type to ${types}`
    return { reason: 'seccompProfile', detail: `pod or ${containersText(names)} ${what}` }
  },
}

/** A pod in a user namespace of its own is held less strictly, since 1.35. */
export const inUserNamespace = ({ spec, minor }: CheckedPod): boolean =>
  minor >= 35 && spec.hostUsers === false

function badProcMount({ spec }: CheckedPod): Violation | undefined {
  const isBad = (mount: string | undefined) => mount !== undefined && mount !== 'Default'
  const names = namesWhere(spec, (context) => isBad(context?.procMount))
  if (names.length === 0) return undefined
  const mounts = containersOf(spec).map((c) => c.securityContext?.procMount)
  const bad = sortedSet(mounts.filter(isBad).map(String))
  const what = `must not set securityContext.procMount to ${quoted(bad)}`
  return { reason: 'procMount', detail: `${containersText(names)} ${what}` }
}

export const procMount: Check = {
  id: 'procMount',
  since: 0,
  find: (pod) => (inUserNamespace(pod) ? undefined : badProcMount(pod)),
}

export const procMountRestricted: Check = {
  id: 'procMount_restricted',
  since: 35,
  replaces: 'procMount',
  find: badProcMount,
}
