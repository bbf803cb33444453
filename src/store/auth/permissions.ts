import { authpb } from '../../gen/etcd.js'
import { keyText } from '../mvcc/index.ts'

/** What a permission or a request is about, as etcd reads it: a key, or a range of keys. */
export interface Keys {
  readonly key: Uint8Array
  /** Empty or absent: the one key. One zero byte: all keys from `key` on. */
  readonly rangeEnd?: Uint8Array | null | undefined
}

/** Keys from `from` up to, without, `to`; '' for no end. */
interface Interval {
  readonly from: string
  readonly to: string
}

const EMPTY = new Uint8Array(0)

/** The keys that a user may read, or write: the union of what the roles say. */
export class KeySet {
  /** In order, neither touching nor overlapping. */
  readonly #intervals: readonly Interval[]

  constructor(granted: readonly Keys[]) {
    this.#intervals = merge(granted.map(intervalOf))
  }

  /** Whether every key of these is in the set, also when several permissions together cover them. */
  covers(keys: Keys): boolean {
    const { from, to } = intervalOf(keys)
    const found = this.#intervals.findLast((interval) => interval.from <= from)
    if (!found || !isBefore(from, found.to)) return false
    return found.to === '' || (to !== '' && to <= found.to)
  }
}

/** What the roles of one user allow. */
export interface Allowed {
  readonly read: KeySet
  readonly write: KeySet
}

export function allowedBy(roles: readonly authpb.Role.$Properties[]): Allowed {
  const { READ, WRITE } = authpb.Permission.Type
  const granted = (without: authpb.Permission.Type): Keys[] =>
    roles
      .flatMap(({ keyPermission }) => keyPermission ?? [])
      .filter(({ permType }) => (permType ?? READ) !== without)
      .map(({ key, rangeEnd }) => ({ key: key ?? EMPTY, rangeEnd }))
  return { read: new KeySet(granted(WRITE)), write: new KeySet(granted(READ)) }
}

/** Whether a permission may be given for these keys. */
export function isValidRange({ key, rangeEnd }: Keys): boolean {
  if (key.length === 0) return false
  if (!rangeEnd?.length || isOpenEnd(rangeEnd)) return true
  return keyText(key) < keyText(rangeEnd)
}

function isOpenEnd(rangeEnd: Uint8Array): boolean {
  return rangeEnd.length === 1 && rangeEnd[0] === 0
}

function intervalOf({ key, rangeEnd }: Keys): Interval {
  const from = keyText(key)
  if (!rangeEnd?.length) return { from, to: `${from}\0` }
  return { from, to: isOpenEnd(rangeEnd) ? '' : keyText(rangeEnd) }
}

/** Whether a key lies before an end. */
function isBefore(key: string, end: string): boolean {
  return end === '' || key < end
}

function merge(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = []
  const ordered = intervals
    .filter(({ from, to }) => isBefore(from, to))
    .toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  for (const interval of ordered) {
    const last = merged.at(-1)
    if (!last || (last.to !== '' && last.to < interval.from)) merged.push(interval)
    else if (isBefore(last.to === '' ? interval.from : last.to, interval.to) && last.to !== '') {
      merged[merged.length - 1] = { from: last.from, to: interval.to }
    }
  }
  return merged
}
