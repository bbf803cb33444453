import type { MemberId } from '../../base/index.ts'
import type { ClusterMember } from '../member-types.ts'
import type { Backend, BackendEntry } from '../mvcc/index.ts'
import { type Membership, sortedById } from './membership.ts'

const REMOVED = Buffer.from('removed')
const CLUSTER_VERSION = Buffer.from('clusterVersion')
/** The version that all members of a cluster of ours agree on, as etcd keeps it. */
export const CLUSTER_VERSION_TEXT = '3.6.0'

/** The members as a part of the replicated state, in etcd's buckets `members` and `members_removed`. */
export class MemberBook {
  readonly #backend: Backend
  #current: Membership | undefined

  constructor(backend: Backend, current?: Membership) {
    this.#backend = backend
    this.#current = current
  }

  static async read(backend: Backend): Promise<MemberBook> {
    const members: ClusterMember[] = []
    const removed: MemberId[] = []
    for await (const [, value] of backend.entries('members')) members.push(decodeMember(value))
    for await (const [name] of backend.entries('members_removed')) removed.push(idOf(name))
    const known = members.length > 0
    return new MemberBook(backend, known ? { members: sortedById(members), removed } : undefined)
  }

  /** Undefined while nobody has told: a new member's, or an older release's state. */
  get current(): Membership | undefined {
    return this.#current
  }

  set(next: Membership): void {
    const before = this.#current
    for (const member of next.members) {
      if (before?.members.includes(member)) continue
      this.#backend.set('members', nameOf(member.id), encodeMember(member))
    }
    for (const { id } of before?.members ?? []) {
      if (!next.members.some((member) => member.id === id)) {
        this.#backend.set('members', nameOf(id), undefined)
      }
    }
    for (const id of next.removed) {
      if (!before?.removed.includes(id)) this.#backend.set('members_removed', nameOf(id), REMOVED)
    }
    if (!before) this.#backend.set('cluster', CLUSTER_VERSION, Buffer.from(CLUSTER_VERSION_TEXT))
    this.#current = next
  }

  /** As it is kept in snapshots and backups. */
  entries(): BackendEntry[] {
    if (!this.#current) return []
    const { members, removed } = this.#current
    return [
      { bucket: 'cluster', key: CLUSTER_VERSION, value: Buffer.from(CLUSTER_VERSION_TEXT) },
      ...members.map((member): BackendEntry => {
        return { bucket: 'members', key: nameOf(member.id), value: encodeMember(member) }
      }),
      ...removed.map((id): BackendEntry => {
        return { bucket: 'members_removed', key: nameOf(id), value: REMOVED }
      }),
    ]
  }
}

/** The members of a state that arrives entry by entry. */
export class MembersReader {
  readonly #members: ClusterMember[] = []
  readonly #removed: MemberId[] = []

  add({ bucket, key, value }: BackendEntry): void {
    if (bucket === 'members') this.#members.push(decodeMember(value))
    else if (bucket === 'members_removed') this.#removed.push(idOf(key))
  }

  get membership(): Membership | undefined {
    if (this.#members.length === 0) return undefined
    return { members: sortedById(this.#members), removed: this.#removed }
  }
}

function nameOf(id: MemberId): Uint8Array {
  return Buffer.from(id.toString(16))
}

function idOf(name: Uint8Array): MemberId {
  return Number.parseInt(Buffer.from(name).toString(), 16)
}

/** In the form of etcd's own JSON. */
function encodeMember({ id, name, peerUrls, clientUrls, isLearner }: ClusterMember): Uint8Array {
  const member = {
    id,
    peerURLs: peerUrls,
    ...(isLearner && { isLearner }),
    ...(name !== '' && { name }),
    ...(clientUrls.length > 0 && { clientURLs: clientUrls }),
  }
  return Buffer.from(JSON.stringify(member))
}

function decodeMember(value: Uint8Array): ClusterMember {
  const { id, peerURLs, isLearner, name, clientURLs } = JSON.parse(Buffer.from(value).toString())
  return {
    id,
    name: name ?? '',
    peerUrls: peerURLs,
    clientUrls: clientURLs ?? [],
    isLearner: isLearner === true,
  }
}
