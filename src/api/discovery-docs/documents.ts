import { createHash } from 'node:crypto'
import { apiVersionOf, type Resource, type SubresourceInfo } from '../schema/index.ts'
import { type Rank, usualRank } from './ranks.ts'

/** A version of a group. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
}

/**
 * The versions of each group but the core group: what stands ahead comes first, the group as its
 * foremost version (kube-aggregator's `SortedByGroupAndVersion`).
 */
export function groupsOf(
  versions: Iterable<GroupVersion>,
  rankOf: (of: GroupVersion) => Rank = usualRank,
): Map<string, string[]> {
  const groups = new Map<string, { rank: number; versions: Map<string, number> }>()
  for (const { group, version } of versions) {
    if (group === '') continue
    const known = groups.get(group) ?? { rank: 0, versions: new Map<string, number>() }
    groups.set(group, known)
    if (known.versions.has(version)) continue
    const { groupPriorityMinimum, versionPriority } = rankOf({ group, version })
    known.rank = Math.max(known.rank, groupPriorityMinimum)
    known.versions.set(version, versionPriority)
  }
  const sorted = [...groups].sort(([a, x], [b, y]) => y.rank - x.rank || (a < b ? -1 : 1))
  return new Map(
    sorted.map(([group, { versions: ranks }]) => {
      const ordered = [...ranks].sort(([a, x], [b, y]) => y - x || byMaturity(a, b))
      return [group, ordered.map(([version]) => version)]
    }),
  )
}

/** `v2` before `v1` before `v1beta1` (apimachinery `CompareKubeAwareVersionStrings`). */
function byMaturity(a: string, b: string): number {
  const rank = (version: string): [number, number, number] => {
    const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
    return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor)]
  }
  const [x, y] = [rank(a), rank(b)]
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2]
}

/** `GET /api`. `serverAddress` is `host:port` as the client reached it. */
export function apiVersions(resources: readonly Resource[], serverAddress: string): object {
  const versions = new Set(resources.filter((r) => r.group === '').map((r) => r.version))
  return {
    kind: 'APIVersions',
    versions: [...versions],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  }
}

/** `GET /apis` */
export function apiGroupList(groups: ReadonlyMap<string, readonly string[]>): object {
  const all = [...groups].map(([group, versions]) => groupOf(group, versions))
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: all }
}

/** `GET /apis/<group>`; undefined when there is none. */
export function apiGroup(
  groups: ReadonlyMap<string, readonly string[]>,
  group: string,
): object | undefined {
  const versions = groups.get(group)
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, versions) }
}

function groupOf(name: string, names: readonly string[]): object {
  const versions = names.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions, preferredVersion: versions[0] }
}

/** `GET /api/v1`, `GET /apis/<group>/<version>`; undefined when there is none. */
export function apiResourceList(
  resources: readonly Resource[],
  of: GroupVersion,
): object | undefined {
  const mine = membersOf(resources, of)
  if (mine.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    // Upstream leaves the version out for the core group.
    ...(of.group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(of),
    resources: mine.flatMap((resource) => [
      plainResource(resource),
      ...Object.entries(resource.subresources).map(([name, info]) =>
        plainSubresource(resource, name, info),
      ),
    ]),
  }
}

function membersOf(resources: readonly Resource[], of: GroupVersion): Resource[] {
  return resources
    .filter(({ group, version }) => group === of.group && version === of.version)
    .sort((a, b) => (a.plural < b.plural ? -1 : 1))
}

function plainResource(resource: Resource): object {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(!resource.virtual && { storageVersionHash: storageVersionHash(resource) }),
  }
}

// Upstream still stores definitions in the version that they had first, and the hash tells so.
const STORED_IN: Readonly<Record<string, string>> = { 'apiextensions.k8s.io': 'v1beta1' }

/**
 * Tells clients when objects are stored in another version: eight bytes of a hash of its name.
 */
export function storageVersionHash(resource: Resource): string {
  const { group, version, kind } = resource.storedAs?.resource ?? resource
  const stored = STORED_IN[group] ?? version
  const digest = createHash('sha256').update(`${group}/${stored}/${kind}`).digest()
  return digest.subarray(0, 8).toString('base64')
}

function plainSubresource({ plural, namespaced }: Resource, name: string, info: SubresourceInfo) {
  const { group, version, kind, verbs, foreign } = info
  return {
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...(foreign && { group, version }),
    kind,
    verbs,
  }
}
