import { crc32c } from './crc32c.ts'
import { keyText } from './key-index.ts'
import { KeyValue } from './key-value.ts'
import type { Mvcc } from './mvcc.ts'
import { revisionBytes } from './revision.ts'

export interface KvHash {
  readonly hash: number
  readonly compactRevision: number
  readonly hashRevision: number
  /** The newest revision when the hash was begun. */
  readonly revision: number
}

const BUCKET_NAME = Buffer.from('key')

/**
 * etcd's hash over all revisions up to `revision` (0: the newest): the same bytes in the same order,
 * so that members, and etcd itself, can be compared. What compaction will forget, has forgotten or
 * is about to forget does not count.
 */
export async function hashKv(mvcc: Mvcc, revision: number): Promise<KvHash> {
  mvcc.checkRevision(revision)
  const { compactRevision } = mvcc
  const newest = mvcc.revision
  const upTo = revision > 0 ? revision : newest
  const release = mvcc.pin()
  try {
    let hash = crc32c(BUCKET_NAME)
    // Of what was there at the compaction etcd counts what is still there; but all of it when nothing is.
    const standing = anyKey(mvcc, upTo) ? upTo : compactRevision
    for await (const { main, sub, encoded } of mvcc.backend.records(0, upTo)) {
      const kv = new KeyValue(encoded)
      const removed = kv.version === 0
      if (main <= compactRevision) {
        if (removed) continue
        const seen = mvcc.index.get(keyText(kv.key))?.at(standing)
        if (seen?.main !== main || seen.sub !== sub) continue
      }
      hash = crc32c(encoded, crc32c(revisionBytes(main, sub, removed), hash))
    }
    return { hash, compactRevision, hashRevision: upTo, revision: newest }
  } finally {
    release()
  }
}

function anyKey(mvcc: Mvcc, revision: number): boolean {
  let any = false
  mvcc.index.scan({ from: '', to: '' }, revision, () => {
    any = true
    return false
  })
  return any
}
