import type { etcdserverpb as pb } from '../../gen/etcd.js'
import type { LeaseBook } from '../lease/index.ts'
import { keyBytes } from '../mvcc/index.ts'
import type { AuthBook } from './auth-book.ts'
import { authErrors } from './errors.ts'
import type { Keys } from './permissions.ts'

/** In whose name a request comes, and the auth revision under which that was established. */
export interface AuthInfo {
  /** Empty: nobody's. */
  readonly user: string
  /** 0: nobody's. */
  readonly revision: number
}

export const NOBODY: AuthInfo = { user: '', revision: 0 }

/** Keys as requests have them: none at all is an empty one. */
interface AnyKeys {
  readonly key?: Uint8Array | null | undefined
  readonly rangeEnd?: Uint8Array | null | undefined
}

const EMPTY = new Uint8Array(0)

/** Undefined: this process's own requests, which may do anything. */
export type Who = AuthInfo | undefined

/**
 * Whether somebody may do what a request asks. Asked by the member that takes the request for what
 * it answers from its own state, and by every member when an entry is applied. All throw etcd's
 * errors.
 */
export class Admission {
  readonly #book: AuthBook
  readonly #leases: LeaseBook

  constructor(options: { book: AuthBook; leases: LeaseBook }) {
    this.#book = options.book
    this.#leases = options.leases
  }

  admin(who: Who): void {
    if (!who || !this.#book.enabled) return
    const { user } = who
    if (user === '') throw authErrors.userEmpty()
    if (!this.#book.user(user)) throw authErrors.userNotFound()
    if (!this.#book.isRoot(user)) throw authErrors.permissionDenied()
  }

  isAdmin(who: Who): boolean {
    return !who || !this.#book.enabled || this.#book.isRoot(who.user)
  }

  range(who: Who, { key, rangeEnd }: AnyKeys): void {
    this.#keys(who, 'read', { key: key ?? EMPTY, rangeEnd })
  }

  put(who: Who, request: pb.PutRequest.$Properties): void {
    const keys = { key: request.key ?? EMPTY }
    this.#keys(who, 'write', keys)
    // Who may not revoke a lease may not tie keys to it.
    if (request.lease) this.leaseWrite(who, request.lease)
    if (request.prevKv) this.#keys(who, 'read', keys)
  }

  deleteRange(who: Who, { key, rangeEnd, prevKv }: pb.DeleteRangeRequest.$Properties): void {
    const keys = { key: key ?? EMPTY, rangeEnd }
    this.#keys(who, 'write', keys)
    if (prevKv) this.#keys(who, 'read', keys)
  }

  txn(who: Who, { compare, success, failure }: pb.TxnRequest.$Properties): void {
    for (const each of compare ?? []) this.range(who, each)
    for (const op of [...(success ?? []), ...(failure ?? [])]) {
      if (op.requestRange) this.range(who, op.requestRange)
      else if (op.requestPut) this.put(who, op.requestPut)
      else if (op.requestDeleteRange) this.deleteRange(who, op.requestDeleteRange)
      else if (op.requestTxn) this.txn(who, op.requestTxn)
    }
  }

  /** Revoking or renewing a lease: all of its keys must be the user's to write. */
  leaseWrite(who: Who, id: bigint): void {
    this.#lease(who, id, 'write')
  }

  /** Being told the keys of a lease. */
  leaseRead(who: Who, id: bigint): void {
    this.#lease(who, id, 'read')
  }

  /** Somebody, whoever it is. */
  known(who: Who): void {
    if (who && this.#book.enabled && who.revision === 0) throw authErrors.userEmpty()
  }

  /** What was admitted may have been forbidden while it was answered. */
  still(who: Who): void {
    if (who?.revision && who.revision !== this.#book.revision) throw authErrors.authOldRevision()
  }

  userGet(who: Who, name: string): void {
    if (name !== who?.user) this.admin(who)
  }

  roleGet(who: Who, role: string): void {
    if (!who || !this.#book.hasRole(who.user, role)) this.admin(who)
  }

  #lease(who: Who, id: bigint, access: 'read' | 'write'): void {
    if (this.isAdmin(who)) return
    for (const key of this.#leases.get(id)?.keys ?? []) {
      this.#keys(who, access, { key: keyBytes(key) })
    }
  }

  #keys(who: Who, access: 'read' | 'write', keys: Keys): void {
    const book = this.#book
    if (!who || !book.enabled) return
    const { user, revision } = who
    if (revision === 0) throw authErrors.userEmpty()
    if (revision < book.revision) throw authErrors.authOldRevision()
    if (book.isRoot(user)) return
    if (!book.user(user)) throw authErrors.permissionDenied()
    if (!book.allowed(user)[access].covers(keys)) throw authErrors.permissionDenied()
  }
}
