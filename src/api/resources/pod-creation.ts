import type { AppArmorProfile, Pod, PodAffinityTerm, PodStatus } from '../core/index.ts'

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const LOCAL = 'localhost/'
const NAMES: Readonly<Record<string, string>> = {
  RuntimeDefault: 'runtime/default',
  Unconfined: 'unconfined',
}

/**
 * KEP-24: who knows the field only and who knows the annotation of old only see the same profile.
 */
export function noteAppArmor({ metadata, spec }: Pod): void {
  if (spec.os?.name === 'windows') return
  const ofPod = spec.securityContext?.appArmorProfile
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    const key = ANNOTATION + container.name
    const annotation = metadata.annotations?.[key]
    const profile = container.securityContext?.appArmorProfile
    if (annotation === undefined) {
      const text = textOf(profile ?? ofPod)
      if (text !== undefined) metadata.annotations = { ...metadata.annotations, [key]: text }
    } else if (!profile) {
      const read = profileOf(annotation)
      if (!read || isSame(read, ofPod)) continue
      container.securityContext = { ...container.securityContext, appArmorProfile: read }
    }
  }
}

function textOf(profile: AppArmorProfile | undefined): string | undefined {
  if (profile?.type !== 'Localhost') return NAMES[profile?.type ?? '']
  return profile.localhostProfile ? LOCAL + profile.localhostProfile : undefined
}

function profileOf(text: string): AppArmorProfile | undefined {
  const type = Object.keys(NAMES).find((name) => NAMES[name] === text)
  if (type !== undefined) return { type }
  const localhostProfile = text.startsWith(LOCAL) ? text.slice(LOCAL.length) : ''
  const isValid = localhostProfile !== '' && localhostProfile === localhostProfile.trim()
  return isValid ? { type: 'Localhost', localhostProfile } : undefined
}

const isSame = (a: AppArmorProfile, b: AppArmorProfile | undefined) =>
  a.type === b?.type && a.localhostProfile === b.localhostProfile

/** KEP-3633: pods are selected by the values that this one's own labels have. */
export function selectByOwnLabels({ metadata, spec }: Pod): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      addOwnLabels(term, metadata.labels ?? {})
    }
    for (const weighted of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      addOwnLabels(weighted.podAffinityTerm, metadata.labels ?? {})
    }
  }
}

function addOwnLabels(term: PodAffinityTerm, labels: Readonly<Record<string, string>>): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term
  if (!labelSelector) return
  const requirements = (keys: readonly string[], operator: string) =>
    keys.flatMap((key) => {
      const value = labels[key]
      return value === undefined ? [] : [{ key, operator, values: [value] }]
    })
  const added = [...requirements(matchLabelKeys, 'In'), ...requirements(mismatchLabelKeys, 'NotIn')]
  if (added.length === 0) return
  labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added]
}

/** KEP-3521: a pod with gates says from the start why no scheduler looks at it. */
export function gatedConditions({ metadata, spec }: Pod): Pick<PodStatus, 'conditions'> {
  if ((spec.schedulingGates ?? []).length === 0) return {}
  const lastTransitionTime = metadata.creationTimestamp
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
  }
  return { conditions: [condition] }
}
