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
} from './check.ts'
import { inUserNamespace, procMountRestricted, seccompRestricted } from './profiles.ts'

/** Windows has no such thing: since 1.25 its pods are not held to it. */
const isWindows = ({ spec, minor }: CheckedPod) => minor >= 25 && spec.os?.name === 'windows'

const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  since: 8,
  find(pod) {
    if (isWindows(pod)) return undefined
    const names = namesWhere(pod.spec, (context) => context?.allowPrivilegeEscalation !== false)
    if (names.length === 0) return undefined
    const what = 'must set securityContext.allowPrivilegeEscalation=false'
    return {
      reason: 'allowPrivilegeEscalation != false',
      detail: `${containersText(names)} ${what}`,
    }
  },
}

const capabilities: Check = {
  id: 'capabilities_restricted',
  since: 22,
  replaces: 'capabilities_baseline',
  find(pod) {
    if (isWindows(pod)) return undefined
    const { spec } = pod
    const added = (of: { capabilities?: { add?: readonly string[] } } | undefined) =>
      (of?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE')
    const keeping = namesWhere(spec, (of) => !(of?.capabilities?.drop ?? []).includes('ALL'))
    const adding = namesWhere(spec, (of) => added(of).length > 0)
    const bad = sortedSet(containersOf(spec).flatMap((c) => added(c.securityContext)))
    const details: string[] = []
    if (keeping.length > 0) {
      details.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`)
    }
    if (adding.length > 0) {
      const what = `must not include ${quoted(bad)} in securityContext.capabilities.add`
      details.push(`${containersText(adding)} ${what}`)
    }
    if (details.length === 0) return undefined
    return { reason: 'unrestricted capabilities', detail: details.join('; ') }
  },
}

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  since: 0,
  replaces: 'hostPathVolumes',
  find({ spec }) {
    const bad = (spec.volumes ?? []).flatMap((volume) => {
      const sources = Object.keys(volume).filter((key) => key !== 'name')
      if (sources.some((source) => ALLOWED_VOLUMES.has(source))) return []
      return [{ name: volume.name, type: sources[0] ?? 'unknown' }]
    })
    if (bad.length === 0) return undefined
    const types = sortedSet(bad.map(({ type }) => type))
    const names = bad.map(({ name }) => name)
    const volumes = `${plural('volume', 'volumes', names.length)} ${quoted(names)}`
    const uses = plural('uses', 'use', names.length)
    const what = plural('restricted volume type', 'restricted volume types', types.length)
    const detail = `${volumes} ${uses} ${what} ${quoted(types)}`
    return { reason: 'restricted volume types', detail }
  },
}

const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  since: 0,
  find(checked) {
    if (inUserNamespace(checked)) return undefined
    const { spec } = checked
    const reason = 'runAsNonRoot != true'
    const pod = spec.securityContext?.runAsNonRoot
    const explicit = namesWhere(spec, (context) => context?.runAsNonRoot === false)
    if (pod === false || explicit.length > 0) {
      const setters = settersText(pod === false, explicit)
      return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` }
    }
    const implicit = pod ? [] : namesWhere(spec, (of) => of?.runAsNonRoot === undefined)
    if (implicit.length === 0) return undefined
    const what = 'must set securityContext.runAsNonRoot=true'
    return { reason, detail: `pod or ${containersText(implicit)} ${what}` }
  },
}

const runAsUser: Check = {
  id: 'runAsUser',
  since: 23,
  find(checked) {
    if (inUserNamespace(checked)) return undefined
    const { spec } = checked
    const pod = spec.securityContext?.runAsUser === 0
    const names = namesWhere(spec, (context) => context?.runAsUser === 0)
    if (!pod && names.length === 0) return undefined
    return { reason: 'runAsUser=0', detail: `${settersText(pod, names)} must not set runAsUser=0` }
  },
}

/** Beyond baseline, in what hardens a pod itself (the level restricted). */
export const RESTRICTED: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilities,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
]
