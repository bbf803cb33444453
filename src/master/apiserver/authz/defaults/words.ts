import type { PolicyRule } from '../authorizer.ts'

/** A role that every cluster has. */
export interface DefaultRole {
  readonly name: string
  /** Part of the user-facing roles of those names, for those who add rules to them. */
  readonly aggregateTo?: string
  /** Its rules are gathered from the roles that are part of it. */
  readonly aggregates?: string
  readonly rules?: readonly PolicyRule[]
}

const words = (text: string): string[] =>
  text.split(' ').map((word) => (word === 'core' ? '' : word))

/** `rule('get list', 'core apps', 'pods deployments')`; the group `core` has the empty name. */
export function rule(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: words(groups),
    resources: words(resources),
    ...(names !== undefined && { resourceNames: words(names) }),
  }
}

/** A rule about paths outside of the API's resources. */
export function paths(verbs: string, urls: string): PolicyRule {
  return { verbs: words(verbs), nonResourceURLs: words(urls) }
}
