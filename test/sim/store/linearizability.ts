import { Violation } from '../world.ts'
import type { History, KeyEvent, KeyState, Operation, Request } from './history.ts'
import type { Revisions } from './revisions.ts'

/**
 * Checks a history of clients against the order of revisions. As every reply names its revision, no
 * search is needed: a write has to be what its revision changed, a read the state at its revision,
 * and what returned before another began has to come before it (strict serializability).
 */
export function checkHistory(history: History, revisions: Revisions): void {
  const states = statesOf(revisions)
  const acknowledged = history.operations.filter((operation) => operation.reply)
  for (const operation of acknowledged) checkReply(operation, revisions, states)
  checkRealTime(acknowledged)
  checkOrigins(history, revisions)
}

export type State = ReadonlyMap<string, KeyState>

/** The keys as of each revision; undefined where a revision before is unknown (compacted). */
export function statesOf(revisions: Revisions): (State | undefined)[] {
  const states: (State | undefined)[] = [undefined, new Map()]
  for (let revision = 2; revision <= revisions.last; revision++) {
    const before = states[revision - 1]
    const events = revisions.at(revision)
    if (!before || !events) break
    const state = new Map(before)
    for (const event of events) applyEvent(state, revision, event)
    states[revision] = state
  }
  return states
}

function applyEvent(state: Map<string, KeyState>, modRevision: number, event: KeyEvent): void {
  const { type, key, value, createRevision, version } = event
  const before = state.get(key)
  if (type === 'delete') {
    if (!before) throw new Violation(`state: revision ${modRevision} deletes ${key}, which is not`)
    state.delete(key)
    return
  }
  const created = before ? before.createRevision : modRevision
  const isRight = createRevision === created && version === (before?.version ?? 0) + 1
  if (!isRight) {
    throw new Violation(`state: revision ${modRevision} counts ${JSON.stringify(event)} wrongly`)
  }
  state.set(key, { value, createRevision, modRevision, version })
}

function checkReply(
  { request, reply }: Operation,
  revisions: Revisions,
  states: readonly (State | undefined)[],
): void {
  if (!reply) return
  const { revision } = reply
  const state = states[revision]
  const fail = (what: string): never => {
    const seen = JSON.stringify(revisions.at(revision))
    throw new Violation(`${what}: ${JSON.stringify(request)} at revision ${revision}: ${seen}`)
  }
  const wrote = writesOf(request, reply)
  if (wrote) {
    const events = revisions.at(revision)
    // Nobody saw it: it was compacted before, or lost. Only the first is allowed.
    if (!events && revision > revisions.last) fail('an acknowledged write is lost')
    if (events && !isSame(events, wrote)) fail('an acknowledged write is not what happened')
    const before = states[revision - 1]
    if (request.kind === 'txn' && before && !holds(request, before)) fail('a compare did not hold')
  } else if (reply.kind === 'read') {
    if (state && !isSameState(reply.keys, state, request)) fail('a read saw another state')
  } else if (state && request.kind === 'txn' && holds(request, state)) {
    fail('a compare held')
  } else if (state && request.kind === 'delete' && state.has(request.key)) {
    fail('nothing was deleted though the key was there')
  }
}

type Write = Pick<KeyEvent, 'type' | 'key' | 'value'>

/** What a request changed, according to its reply; undefined for nothing. */
function writesOf(request: Request, reply: NonNullable<Operation['reply']>): Write[] | undefined {
  if (request.kind === 'put') return [{ type: 'put', key: request.key, value: request.value }]
  if (request.kind === 'delete' && reply.kind === 'delete' && reply.deleted > 0) {
    return [{ type: 'delete', key: request.key, value: '' }]
  }
  if (request.kind === 'txn' && reply.kind === 'txn' && reply.succeeded) {
    return request.puts.map(({ key, value }) => ({ type: 'put', key, value }))
  }
  return undefined
}

function holds(request: Request & { kind: 'txn' }, state: State): boolean {
  return (state.get(request.key)?.modRevision ?? 0) === request.ifModRevision
}

function isSame(events: readonly KeyEvent[], writes: readonly Write[]): boolean {
  const text = (each: Write) => `${each.type} ${each.key} ${each.value}`
  return events.map(text).sort().join() === writes.map(text).sort().join()
}

function isSameState(read: State, state: State, request: Request): boolean {
  const keys =
    request.kind === 'get' ? [request.key] : [...new Set([...state.keys(), ...read.keys()])]
  return keys.every((key) => JSON.stringify(read.get(key)) === JSON.stringify(state.get(key)))
}

/** What had returned when an operation began has its effect before it. */
function checkRealTime(operations: readonly Operation[]): void {
  const byReturn = [...operations].sort((a, b) => a.returnedAt - b.returnedAt)
  const byInvoke = [...operations].sort((a, b) => a.invokedAt - b.invokedAt)
  let returned = 0
  let newest = 0
  for (const operation of byInvoke) {
    for (
      let next = byReturn[returned];
      next && next.returnedAt < operation.invokedAt;
      next = byReturn[++returned]
    ) {
      newest = Math.max(newest, next.reply?.revision ?? 0)
    }
    const { reply, request } = operation
    if (!reply) continue
    const isWrite = writesOf(request, reply) !== undefined
    if (reply.revision < newest || (isWrite && reply.revision === newest)) {
      throw new Violation(
        `real time: ${JSON.stringify(request)} is at revision ${reply.revision}, ` +
          `but ${newest} had been told of before it began`,
      )
    }
  }
}

/** Nothing appears from nowhere, and nothing twice: every value was written by one request. */
function checkOrigins({ operations }: History, revisions: Revisions): void {
  const written = new Map<string, number>()
  for (const { request } of operations) {
    if (request.kind === 'put') written.set(`${request.key} ${request.value}`, 0)
    if (request.kind !== 'txn') continue
    for (const { key, value } of request.puts) written.set(`${key} ${value}`, 0)
  }
  for (let revision = 2; revision <= revisions.last; revision++) {
    for (const { type, key, value } of revisions.at(revision) ?? []) {
      if (type === 'delete') continue
      const count = written.get(`${key} ${value}`)
      if (count === undefined) throw new Violation(`nobody wrote ${value} to ${key}`)
      if (count > 0) throw new Violation(`${value} was written to ${key} twice`)
      written.set(`${key} ${value}`, 1)
    }
  }
}
