import { createHash } from 'node:crypto'
import type { Disk, MemberId } from '../../base/index.ts'
import type { ClusterMember } from '../member-types.ts'
import { Wal } from '../wal/index.ts'

export interface InitialMember {
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
}

/** How a cluster begins: the same on every member, as etcd's `--initial-cluster`. */
export interface InitialCluster {
  /** Tells clusters of equal addresses apart, as etcd's `--initial-cluster-token`. */
  readonly clusterToken: string
  readonly members: readonly InitialMember[]
}

export interface ClusterIdentity {
  /** 64 bits. */
  readonly clusterId: bigint
  readonly members: readonly ClusterMember[]
  /** The cluster is there already: this member learns its log from the leader. */
  readonly joining?: true
}

/** A configuration that no cluster can be made of; the message names what is wrong. */
export class ClusterConfigError extends Error {
  override readonly name = 'ClusterConfigError'
}

/**
 * The ids of a cluster and its members. As in etcd they come from token and peer addresses alone,
 * so that every member computes the same; but members' have 53 bits, to be exact as numbers.
 * Throws `ClusterConfigError` when two members share a name or an address.
 */
export function clusterIdentity(initial: InitialCluster): ClusterIdentity {
  checkDistinct(initial)
  const members = initial.members.map(({ name, peerUrls, clientUrls }): ClusterMember => {
    const seed = [...peerUrls].sort().join('') + initial.clusterToken
    return { id: memberId(seed), name, peerUrls, clientUrls, isLearner: false }
  })
  members.sort((a, b) => a.id - b.id)
  const ids = Buffer.alloc(8 * members.length)
  for (const [i, { id }] of members.entries()) ids.writeBigUInt64BE(BigInt(id), 8 * i)
  return { clusterId: hash(ids).readBigUInt64BE(), members }
}

/** The id of a member that is added to a running cluster: as in etcd the time goes into it. */
export function newMemberId(peerUrls: readonly string[], unixSeconds: number): MemberId {
  return memberId([...peerUrls].sort().join('') + unixSeconds)
}

/** What a running cluster tells somebody who is about to join it. */
export interface KnownCluster {
  readonly clusterId: bigint
  readonly members: readonly ClusterMember[]
}

export function encodeKnown(clusterId: bigint, members: readonly ClusterMember[]): Uint8Array {
  return Buffer.from(JSON.stringify({ clusterId: clusterId.toString(16), members }))
}

/** Undefined for an answer of a member that is not ready yet. */
export function decodeKnown(answer: Uint8Array): KnownCluster | undefined {
  if (answer.length === 0) return undefined
  const { clusterId, members } = JSON.parse(Buffer.from(answer).toString())
  return members.length > 0 ? { clusterId: BigInt(`0x${clusterId}`), members } : undefined
}

/**
 * The identity of a cluster that is there already, for a member that was added to it. `members` are
 * what the cluster told; `initial` what this member was configured with. Throws `ClusterConfigError`
 * in etcd's words when they do not fit.
 */
export function joinedIdentity(known: KnownCluster, initial: InitialCluster): ClusterIdentity {
  checkDistinct(initial)
  if (known.members.length !== initial.members.length) {
    throw new ClusterConfigError(
      'error validating peerURLs: member count is unequal: ' +
        `the cluster has ${known.members.length} members, --initial-cluster names ${initial.members.length}`,
    )
  }
  const members = known.members.map((member): ClusterMember => {
    const wanted = [...member.peerUrls].sort().join()
    const match = initial.members.find((each) => [...each.peerUrls].sort().join() === wanted)
    if (match) return { ...member, name: member.name || match.name }
    throw new ClusterConfigError(
      'error validating peerURLs: unmatched member while checking PeerURLs: ' +
        `--initial-cluster does not name ${wanted}`,
    )
  })
  return { clusterId: known.clusterId, members, joining: true }
}

/**
 * The identity of a member that was started before: its folder knows it, whatever it is configured
 * with now. Undefined before its first start.
 */
export async function storedIdentity(options: {
  disk: Disk
  walFolder: string
  self: InitialMember
}): Promise<ClusterIdentity | undefined> {
  const { disk, walFolder, self } = options
  const known = await Wal.identityOf({ disk, folder: walFolder })
  if (!known) return undefined
  const member: ClusterMember = { id: known.memberId, ...self, isLearner: false }
  return { clusterId: known.clusterId, members: [member] }
}

/** The configured member of this name. Throws `ClusterConfigError` when there is none. */
export function memberNamed(cluster: ClusterIdentity, name: string): ClusterMember {
  const member = cluster.members.find((each) => each.name === name)
  if (member) return member
  const names = cluster.members.map((each) => each.name).join(', ')
  throw new ClusterConfigError(`name: "${name}" is not among the cluster's members (${names})`)
}

function memberId(seed: string): MemberId {
  // Never 0, which is nobody.
  return Number(hash(Buffer.from(seed)).readBigUInt64BE() >> 11n) || 1
}

function hash(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest()
}

function checkDistinct({ members }: InitialCluster): void {
  if (members.length === 0) throw new ClusterConfigError('members: name at least one member')
  const names = new Set<string>()
  const urls = new Set<string>()
  for (const { name, peerUrls } of members) {
    if (names.has(name)) throw new ClusterConfigError(`members: two are named "${name}"`)
    names.add(name)
    if (peerUrls.length === 0) {
      throw new ClusterConfigError(`members: "${name}" needs at least one peer URL`)
    }
    for (const url of peerUrls) {
      if (urls.has(url)) throw new ClusterConfigError(`members: two have the peer URL ${url}`)
      urls.add(url)
    }
  }
}
