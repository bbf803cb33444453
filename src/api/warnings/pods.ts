import type { DeepReadonly } from '../../base/index.ts'
import type { ContainerPort, Pod, PodAffinity, PodSpec, PodTemplateSpec } from '../core/index.ts'
import type { ObjectMeta } from '../meta/index.ts'
import { dns1123LabelErrors } from '../validation/index.ts'
import { labelValueWarnings, labelWarnings, nodeTermWarnings } from './nodes.ts'
import { claimSpecWarnings, fractionWarnings, OLD_SOURCES } from './storage.ts'

type Spec = DeepReadonly<PodSpec>
type Annotations = Readonly<Record<string, string>>

interface Place {
  /** `spec.template.`, with its dot; empty for a pod itself. */
  readonly start: string
  readonly annotations: Annotations
}

const OLD_ANNOTATIONS = new Map([
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  [
    'security.alpha.kubernetes.io/sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
])
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const NO_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
const NO_APP_ARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead'
const NO_POD = 'a null labelSelector results in matching no pod'

/** What is to be said of a name that becomes part of others. */
export function nameWarnings({ name = '' }: Pick<ObjectMeta, 'name'>, where: string): string[] {
  const faults = dns1123LabelErrors(name)
  if (faults.length === 0) return []
  return [
    `metadata.name: this is used in ${where}, which can result in surprising behavior; ` +
      `a DNS label is recommended: [${faults.join(' ')}]`,
  ]
}

/** Said when a pod is created: nobody changes pods by hand. */
export function warnPod(pod: DeepReadonly<Pod>, old?: DeepReadonly<Pod>): string[] {
  if (old) return []
  const { metadata, spec } = pod
  const place = { start: '', annotations: metadata.annotations ?? {} }
  return [...nameWarnings(metadata, "the Pod's hostname"), ...specWarnings(spec, place)]
}

/** What is to be said of a template of pods, which are made of it later. */
export function templateWarnings(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  path: string,
): string[] {
  if (!template?.spec) return []
  const annotations = template.metadata?.annotations ?? {}
  return specWarnings(template.spec, { start: `${path}.`, annotations })
}

function specWarnings(spec: Spec, place: Place): string[] {
  const { start, annotations } = place
  const at = `${start}spec`
  const noted = (key: string) => `${start}metadata.annotations[${key}]`
  const old = [...OLD_ANNOTATIONS].filter(([key]) => annotations[key] !== undefined)
  const hasSeccomp = spec.securityContext?.seccompProfile !== undefined
  const isNoted = annotations[SECCOMP_POD] !== undefined
  const grace = spec.terminationGracePeriodSeconds ?? 0
  return [
    ...placementWarnings(spec, at),
    ...old.map(([key, text]) => `${noted(key)}: ${text}`),
    ...volumeWarnings(spec, `${at}.volumes`),
    ...repeated(spec.hostAliases ?? [], 'ip', `${at}.hostAliases`),
    ...secretWarnings(spec, `${at}.imagePullSecrets`),
    ...['memory', 'ephemeral-storage'].flatMap((name) =>
      fractionWarnings(spec.overhead?.[name], `${at}.overhead[${name}]`),
    ),
    ...(isNoted && !hasSeccomp ? [`${noted(SECCOMP_POD)}: ${NO_SECCOMP}`] : []),
    ...containersOf(spec, at).flatMap(([container, path]) => [
      ...annotationWarnings(container, spec, place),
      ...amountWarnings(container, `${path}.resources`),
      ...envWarnings(container, `${path}.env`),
    ]),
    ...portWarnings(spec, at),
    ...(grace < 0
      ? [
          `${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid ` +
            'and will be treated as 1',
        ]
      : []),
    ...affinityWarnings(spec, `${at}.affinity`),
  ]
}

type AnyContainer = Spec['containers'][number]

function containersOf(spec: Spec, path: string): (readonly [AnyContainer, string])[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, i) => [container, `${path}.${list}[${i}]`] as const),
  )
}

function placementWarnings(spec: Spec, at: string): string[] {
  const { nodeSelector = {}, affinity, topologySpreadConstraints = [] } = spec
  const { nodeAffinity: nodes } = affinity ?? {}
  const needed = nodes?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const better = nodes?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const path = `${at}.affinity.nodeAffinity`
  const neededAt = `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
  const betterAt = `${path}.preferredDuringSchedulingIgnoredDuringExecution`
  return [
    ...Object.keys(nodeSelector).flatMap((label) =>
      labelWarnings(label, `${at}.nodeSelector[${label}]`),
    ),
    ...needed.flatMap((term, i) => nodeTermWarnings(term, `${neededAt}[${i}]`)),
    ...better.flatMap((term, i) =>
      nodeTermWarnings(term.preference, `${betterAt}[${i}].preference`),
    ),
    ...topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, i) => {
      const item = `${at}.topologySpreadConstraints[${i}]`
      const warnings = labelValueWarnings(topologyKey, `${item}.topologyKey`)
      return labelSelector ? warnings : [...warnings, `${item}.labelSelector: ${NO_POD}`]
    }),
  ]
}

function volumeWarnings({ volumes = [] }: Spec, path: string): string[] {
  const tokens = new Set(
    volumes.flatMap(({ projected }) =>
      (projected?.sources ?? []).flatMap((source) => source.serviceAccountToken?.path ?? []),
    ),
  )
  const kinds = volumes.flatMap((volume, i) => {
    const found = Object.keys(volume).filter((kind) => OLD_SOURCES.has(kind))
    const warnings = found.map((kind) => {
      const name = kind === 'storageos' ? 'storageOS' : kind
      return `${path}[${i}].${name}: ${OLD_SOURCES.get(kind)}`
    })
    const template = volume.ephemeral?.volumeClaimTemplate
    if (!template) return warnings
    const at = `${path}[${i}].ephemeral.volumeClaimTemplate.spec`
    return [...warnings, ...claimSpecWarnings(template.spec ?? {}, at)]
  })
  const paths = volumes.flatMap(({ projected }, i) =>
    (projected?.sources ?? []).flatMap((source) => {
      const files = [
        ...(source.configMap?.items ?? []).map((f, k) => [f.path, `configMap[${k}]`] as const),
        ...(source.secret?.items ?? []).map((f, k) => [f.path, `secrets[${k}]`] as const),
        ...(source.downwardAPI?.items ?? []).map((f, k) => [f.path, `downwardAPI[${k}]`] as const),
      ]
      return files
        .filter(([file]) => tokens.has(file))
        .map(([file, of]) => {
          const at = `${path}[${i}].projected.sources.${of}`
          return `${at}: has duplicated path with ServiceAccountToken "${file}"`
        })
    }),
  )
  const empty = volumes.flatMap(({ name, projected }) =>
    (projected?.sources ?? [])
      .filter((source) => Object.keys(source).length === 0)
      .map(() => `volume "${name}" (Projected) has no sources provided`),
  )
  return [...kinds, ...empty, ...paths]
}

/** Items that have the same value as one before them. */
function repeated(
  items: readonly Readonly<Record<string, unknown>>[],
  field: string,
  path: string,
): string[] {
  const values = items.map((item) => String((item[field] as string | undefined) ?? ''))
  return values.flatMap((value, i) =>
    values.indexOf(value) < i ? [`${path}[${i}].${field}: duplicate ${field} "${value}"`] : [],
  )
}

function secretWarnings({ imagePullSecrets = [] }: Spec, path: string): string[] {
  const empty = imagePullSecrets.flatMap(({ name }, i) =>
    name ? [] : [`${path}[${i}].name: invalid empty name ""`],
  )
  return [...repeated(imagePullSecrets, 'name', path), ...empty]
}

function annotationWarnings(
  { name, securityContext }: AnyContainer,
  spec: Spec,
  { start, annotations }: Place,
): string[] {
  const warnings: string[] = []
  const noted = (key: string) => `${start}metadata.annotations[${key}]`
  const seccomp = SECCOMP_CONTAINER + name
  if (!securityContext?.seccompProfile && annotations[seccomp] !== undefined) {
    warnings.push(`${noted(seccomp)}: ${NO_SECCOMP}`)
  }
  const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
  const appArmor = APP_ARMOR + name
  if (start !== '' && !profile && annotations[appArmor] !== undefined) {
    warnings.push(`${noted(appArmor)}: ${NO_APP_ARMOR}`)
  }
  return warnings
}

function amountWarnings({ resources }: AnyContainer, path: string): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) =>
    (['limits', 'requests'] as const).flatMap((part) =>
      fractionWarnings(resources?.[part]?.[name], `${path}.${part}[${name}]`),
    ),
  )
}

function envWarnings({ env = [] }: AnyContainer, path: string): string[] {
  const names = new Set<string>()
  return env.flatMap(({ name, value = '', valueFrom }, i) => {
    const isNew = !names.has(name)
    names.add(name)
    const own = `$(${name})`
    if (isNew || (!valueFrom && value !== own && value.includes(own))) return []
    const detail = `hides previous definition of "${name}", which may be dropped when using apply`
    return [`${path}[${i}]: ${detail}`]
  })
}

function portWarnings(spec: Spec, at: string): string[] {
  const warnings: string[] = []
  const seen: { path: string; port: DeepReadonly<ContainerPort> }[] = []
  for (const [{ ports = [] }, container] of containersOf(spec, at)) {
    for (const [i, port] of ports.entries()) {
      const path = `${container}.ports[${i}]`
      if (port.hostIP && !port.hostPort) {
        const { name = '', hostPort = 0, containerPort, protocol = '', hostIP } = port
        const shown = `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
        warnings.push(`${path}: hostIP set without hostPort: ${shown}`)
      }
      for (const other of seen) {
        const how = conflict(port, other.port)
        if (how) warnings.push(`${path}: ${how} port definition with ${other.path}`)
      }
      seen.push({ path, port })
    }
  }
  return warnings
}

function conflict(
  port: DeepReadonly<ContainerPort>,
  other: DeepReadonly<ContainerPort>,
): string | undefined {
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? '']
  const [on, otherOn] = [port.hostPort ?? 0, other.hostPort ?? 0]
  if (port.containerPort !== other.containerPort || port.protocol !== other.protocol) {
    return undefined
  }
  if (ip === otherIp && on === otherOn) return 'duplicate'
  if (on === 0 || otherOn === 0) return 'overlapping'
  return on === otherOn && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined
}

function affinityWarnings({ affinity }: Spec, path: string): string[] {
  const of = (given: DeepReadonly<PodAffinity> | undefined, at: string) => [
    ...(given?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, i) => {
      const item = `${at}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`
      return term.labelSelector ? [] : [`${item}.labelSelector: ${NO_POD}`]
    }),
    ...(given?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, i) => {
      const item = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`
      return term.podAffinityTerm.labelSelector ? [] : [`${item}.labelSelector: ${NO_POD}`]
    }),
  ]
  return [
    ...of(affinity?.podAffinity, `${path}.podAffinity`),
    ...of(affinity?.podAntiAffinity, `${path}.podAntiAffinity`),
  ]
}
