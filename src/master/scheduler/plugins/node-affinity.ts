import { fitsNode, matchesNodeSelector, matchesNodeTerm } from '../../../api/index.ts'
import type { PluginArgs } from '../config/index.ts'
import { OK, type Plugin, type PodView, SKIP, unresolvable } from '../framework/types.ts'
import { normalizeProportional } from './normalize.ts'

const NOT_ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity")
const NO_MATCH = unresolvable("node(s) didn't match Pod's node affinity/selector")

/**
 * `nodeSelector` and required node affinity decide; preferred node affinity weighs. `addedAffinity`
 * of NodeAffinityArgs holds for all pods of the profile as well.
 */
export function nodeAffinity(args: PluginArgs = {}): Plugin {
  const added = (args['addedAffinity'] ?? {}) as AddedAffinity
  const addedRequired = added.requiredDuringSchedulingIgnoredDuringExecution
  const addedPreferred = added.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const preferred = (pod: PodView) => [...addedPreferred, ...preferredOf(pod)]
  return {
    name: 'NodeAffinity',
    interests: [
      {
        resource: 'node',
        actions: ['add', 'update'],
        mayHelp: (pod, event) =>
          event.resource === 'node' && event.now !== undefined && fitsNode(pod.spec, event.now),
      },
    ],
    preFilter(_state, pod) {
      const hasSelector = Object.keys(pod.spec.nodeSelector ?? {}).length > 0
      return hasSelector || requiredOf(pod) || addedRequired ? OK : SKIP
    },
    filter(_state, pod, node) {
      if (node.node && addedRequired && !matchesNodeSelector(addedRequired, node.node)) {
        return NOT_ENFORCED
      }
      if (node.node && fitsNode(pod.spec, node.node)) return OK
      return NO_MATCH
    },
    preScore: (_state, pod) => (preferred(pod).length > 0 ? OK : SKIP),
    score(_state, pod, { node }) {
      if (!node) return 0
      return preferred(pod)
        .filter(({ preference }) => matchesNodeTerm(preference, node))
        .reduce((sum, { weight }) => sum + weight, 0)
    },
    normalize: normalizeProportional,
  }
}

type AddedAffinity = NonNullable<NonNullable<PodView['spec']['affinity']>['nodeAffinity']>

function requiredOf(pod: PodView) {
  return pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
}

function preferredOf(pod: PodView) {
  return pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
}
