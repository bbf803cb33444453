import { ConfigError } from './environment.ts'
import { type ContainerView, podLabel, type PodView } from './pod-words.ts'
import type { ContainerUser } from './runtime/types.ts'

/**
 * As whom a container runs; undefined: as the agent does, which alone can be had where that is not
 * root. Images of the process runtime name no user: theirs is the agent's. Throws `ConfigError`,
 * in the kubelet's words, for one that may not be root and would.
 */
export function userOf(
  pod: PodView,
  container: ContainerView,
  ownUid: number | undefined,
): ContainerUser | undefined {
  const ofPod = pod.spec.securityContext ?? {}
  const own = container.securityContext ?? {}
  const runAsUser = own.runAsUser ?? ofPod.runAsUser
  const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup
  const { fsGroup, supplementalGroups = [] } = ofPod
  if ((own.runAsNonRoot ?? ofPod.runAsNonRoot) && (runAsUser ?? ownUid) === 0) {
    const what =
      runAsUser === 0
        ? "container's runAsUser breaks non-root policy"
        : 'container has runAsNonRoot and image will run as root'
    throw new ConfigError(`${what} (pod: "${podLabel(pod)}", container: ${container.name})`)
  }
  if (ownUid !== 0) return undefined
  const asked = [runAsUser, runAsGroup, fsGroup, ...supplementalGroups]
  if (asked.every((id) => id === undefined)) return undefined
  return {
    uid: Number(runAsUser ?? 0),
    gid: Number(runAsGroup ?? 0),
    groups: [...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])].map(Number),
    ...(fsGroup !== undefined && { fsGroup: Number(fsGroup) }),
    noNewPrivileges: own.allowPrivilegeEscalation === false,
  }
}
