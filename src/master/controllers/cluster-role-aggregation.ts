import {
  apiVersionOf,
  type ClusterRole,
  clusterRoles,
  keyOf,
  matchesLabelSelector,
  type PolicyRule,
  semanticEqual,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { type Cached, changesOf, type Controller, type ControllerContext, done } from './runtime.ts'

const MANAGER = 'clusterrole-aggregation-controller'

/** Gathers the rules of aggregated roles from the roles that their selectors choose. */
export function clusterRoleAggregation(context: ControllerContext): Controller {
  const roles = context.informers.for(clusterRoles)
  const client = context.client.for(clusterRoles)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const role = roles.get(key)
    if (!role?.aggregationRule) return done
    const rules = gatherRules(role, [...roles.list()])
    if (semanticEqual(rules, role.rules ?? [])) return done
    // Applied, so that the rules alone are owned, and whoever wrote the role keeps the rest.
    const { name } = role.metadata
    const metadata = { name, namespace: '' }
    const body = { apiVersion: apiVersionOf(clusterRoles), kind: 'ClusterRole', metadata, rules }
    await client.patch(metadata, { type: 'apply', body, fieldManager: MANAGER, force: true }, call)
    return done
  }

  // Whichever role changes: any of those that gather may want it.
  const gathering = () =>
    [...roles.list()].filter(({ aggregationRule }) => aggregationRule).map(keyOf)
  return {
    name: 'clusterrole-aggregation-controller',
    sources: [changesOf(roles, gathering)],
    reconcile,
  }
}

/** Pure: the rules of all roles that are chosen, by name, each once. */
export function gatherRules(
  role: Cached<ClusterRole>,
  all: readonly Cached<ClusterRole>[],
): PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? []
  const byName = [...all].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const gathered: PolicyRule[] = []
  for (const selector of selectors) {
    for (const each of byName) {
      const isOther = each.metadata.name !== role.metadata.name
      if (!isOther || !matchesLabelSelector(selector, each.metadata.labels)) continue
      for (const rule of (each.rules ?? []) as PolicyRule[]) {
        if (!gathered.some((known) => semanticEqual(known, rule))) {
          gathered.push(structuredClone(rule))
        }
      }
    }
  }
  return gathered
}
