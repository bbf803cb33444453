import type { Random } from '../../../../src/base/index.ts'
import { decodeConfChange } from '../../../../src/raft/conf-change.ts'
import type { RaftConfig } from '../../../../src/raft/config.ts'
import {
  type ConfChangeTransition,
  type ConfState,
  type Entry,
  emptyConfState,
  emptySnapshot,
  type HardState,
  MemoryStorage,
  type Message,
  message,
  type RaftEvent,
  RawNode,
  type Snapshot,
  type StepResult,
} from '../../../../src/raft/index.ts'
import { isLocalTarget } from '../../../../src/raft/message.ts'
import type { Directive } from './datadriven.ts'
import {
  entriesText,
  messageText,
  messageType,
  parseChanges,
  progressText,
  readyText,
  roleName,
} from './describe.ts'
import { etcdLogLine, LEVELS } from './etcd-log.ts'

const MAX_INFLIGHT_DEFAULT = 2 ** 31 - 1
const ELECTION_TICKS = 3

/** A storage whose snapshots are the states that the node has applied so far. */
class HistoryStorage extends MemoryStorage {
  readonly history: Snapshot[] = []

  override snapshot(): Snapshot {
    return this.history.at(-1) ?? emptySnapshot
  }
}

class OpenNode extends RawNode {
  setElectionTimeout(ticks: number): void {
    this.raft.randomizedElectionTicks = ticks
  }
}

interface Node {
  readonly id: number
  readonly raw: OpenNode
  readonly storage: HistoryStorage
  readonly async: boolean
  readonly appendWork: Message[]
  readonly applyWork: Message[]
}

/** Runs the commands of etcd's interaction scripts on nodes that exchange messages by hand. */
export class Interaction {
  readonly #nodes: Node[] = []
  #messages: Message[] = []
  #output: string[] = []
  #level = 0

  run(directive: Directive): string {
    this.#output = []
    const error = this.#dispatch(directive)
    const quiet = LEVELS[this.#level] === 'NONE'
    if (error !== undefined) {
      if (quiet) return error
      this.#print(error)
    }
    const output = this.#output.join('')
    return output === '' ? 'ok' : output
  }

  #dispatch(d: Directive): string | undefined {
    const node = this.#nodes[Number(d.words[0]) - 1]
    switch (d.command) {
      case 'add-nodes':
        this.#addNodes(d)
        return undefined
      case 'log-level':
        this.#level = levelOf(d.words[0] ?? '')
        return undefined
      case 'raft-state':
        this.#raftState()
        return undefined
      case 'stabilize':
        this.#stabilizeCommand(d)
        return undefined
      case 'deliver-msgs':
        this.#deliverCommand(d)
        return undefined
      case 'process-ready':
        this.#each(d, 'handling Ready', (n) => this.#processReady(n))
        return undefined
      case 'process-append-thread':
        this.#each(d, 'processing append thread', (n) => this.#processAppendThread(n))
        return undefined
      case 'process-apply-thread':
        this.#each(d, 'processing apply thread', (n) => this.#processApplyThread(n))
        return undefined
      case 'transfer-leadership':
        this.#node(option(d, 'from')).raw.transferLeadership(option(d, 'to'))
        return undefined
      default:
        if (!node) throw new Error(`line ${d.line}: unknown command or node: ${d.command}`)
        return this.#nodeCommand(d, node)
    }
  }

  #nodeCommand(d: Directive, node: Node): string | undefined {
    switch (d.command) {
      case 'campaign':
        node.raw.campaign()
        return undefined
      case 'compact':
        node.storage.compact(Number(d.words[1]))
        this.#raftLog(node)
        return undefined
      case 'raft-log':
        this.#raftLog(node)
        return undefined
      case 'set-randomized-election-timeout':
        node.raw.setElectionTimeout(option(d, 'timeout'))
        return undefined
      case 'status':
        for (const [id, progress] of node.raw.status().progress) {
          this.#print(`${id}: ${progressText(progress)}\n`)
        }
        return undefined
      case 'tick-election':
        for (let i = 0; i < ELECTION_TICKS; i++) node.raw.tick()
        return undefined
      case 'tick-heartbeat':
        node.raw.tick()
        return undefined
      case 'forget-leader':
        node.raw.forgetLeader()
        return undefined
      case 'report-unreachable':
        node.raw.reportUnreachable(Number(d.words[1]))
        return undefined
      case 'propose':
        return errorText(node.raw.propose(new TextEncoder().encode(d.words[1] ?? '')))
      case 'propose-conf-change':
        return this.#proposeConfChange(d, node)
      case 'send-snapshot':
        this.#sendSnapshot(node, Number(d.words[1]))
        return undefined
      default:
        throw new Error(`line ${d.line}: unknown command ${d.command}`)
    }
  }

  #addNodes(d: Directive): void {
    const flag = (name: string) => d.options.get(name)?.[0] === 'true'
    const ids = (name: string) => (d.options.get(name) ?? []).map(Number)
    const index = Number(d.options.get('index')?.[0] ?? 0)
    const confState: ConfState = {
      ...emptyConfState,
      voters: ids('voters'),
      learners: ids('learners'),
    }
    const data = new TextEncoder().encode(d.options.get('content')?.[0] ?? '')
    const bootstrap = index > 0
    const snapshot = bootstrap ? { metadata: { index, term: 1, confState }, data } : emptySnapshot
    for (let i = 0; i < Number(d.words[0]); i++) {
      const id = this.#nodes.length + 1
      const storage = new HistoryStorage()
      if (bootstrap) storage.applySnapshot(snapshot)
      storage.history.push(snapshot)
      const committedBytes = d.options.get('max-committed-size-per-ready')?.[0]
      const config: RaftConfig = {
        id,
        storage,
        electionTicks: ELECTION_TICKS,
        heartbeatTicks: 1,
        random: noJitter,
        applied: index,
        maxInflightMessages: Number(d.options.get('inflight')?.[0] ?? MAX_INFLIGHT_DEFAULT),
        asyncStorageWrites: flag('async-storage-writes'),
        preVote: flag('prevote'),
        checkQuorum: flag('checkquorum'),
        disableConfChangeValidation: flag('disable-conf-change-validation'),
        readOnly: d.options.get('read-only')?.[0] === 'lease-based' ? 'lease' : 'safe',
        stepDownOnRemoval: flag('step-down-on-removal'),
        trace: (event) => this.#log(id, event),
        ...(committedBytes && { maxCommittedBytesPerReady: Number(committedBytes) }),
      }
      this.#nodes.push({
        id,
        raw: new OpenNode(config),
        storage,
        async: flag('async-storage-writes'),
        appendWork: [],
        applyWork: [],
      })
    }
  }

  #proposeConfChange(d: Directive, node: Node): string | undefined {
    const transitions: Record<string, ConfChangeTransition> = {
      auto: 'auto',
      implicit: 'joint-implicit',
      explicit: 'joint-explicit',
    }
    const changes = parseChanges(d.input)
    const [first] = changes
    if (d.options.get('v1')?.[0] === 'true' && first) {
      return errorText(node.raw.proposeConfChange(first))
    }
    const transition = transitions[d.options.get('transition')?.[0] ?? 'auto'] ?? 'auto'
    return errorText(node.raw.proposeConfChange({ transition, changes }))
  }

  #sendSnapshot(from: Node, to: number): void {
    const { term } = from.raw.status()
    const snap = message({
      type: 'snap',
      term,
      from: from.id,
      to,
      snapshot: from.storage.snapshot(),
    })
    this.#messages.push(snap)
    this.#print(messageText(snap))
  }

  #raftLog({ storage }: Node): void {
    const first = storage.firstIndex()
    const last = storage.lastIndex()
    if (last < first) {
      this.#print(`log is empty: first index=${first}, last index=${last}`)
    } else {
      this.#print(entriesText(storage.entries(first, last + 1, Number.MAX_SAFE_INTEGER)))
    }
  }

  #raftState(): void {
    for (const { raw } of this.#nodes) {
      const { id, role, term, leader, confState } = raw.status()
      const voter = [...confState.voters, ...confState.votersOutgoing].includes(id)
      const status = voter ? '(Voter)' : '(Non-Voter)'
      this.#print(`${id}: ${roleName(role)} ${status} Term:${term} Lead:${leader}\n`)
    }
  }

  #stabilizeCommand(d: Directive): void {
    const level = this.#level
    const given = d.options.get('log-level')?.[0]
    if (given) this.#level = levelOf(given)
    const nodes = d.words.length > 0 ? d.words.map((w) => this.#node(Number(w))) : this.#nodes
    while (this.#stabilizeOnce(nodes));
    this.#level = level
  }

  #stabilizeOnce(nodes: readonly Node[]): boolean {
    let busy = false
    const act = (applies: (node: Node) => boolean, title: string, run: (node: Node) => void) => {
      for (const node of nodes) {
        if (!applies(node)) continue
        busy = true
        this.#print(`> ${node.id} ${title}\n`)
        this.#indented(() => run(node))
      }
    }
    act(
      (n) => n.raw.hasReady(),
      'handling Ready',
      (n) => this.#processReady(n),
    )
    act(
      (n) => this.#messages.some((m) => m.to === n.id),
      'receiving messages',
      (n) => this.#deliver(n.id, undefined, false),
    )
    act(
      (n) => n.appendWork.length > 0,
      'processing append thread',
      (n) => {
        while (n.appendWork.length > 0) this.#processAppendThread(n)
      },
    )
    act(
      (n) => n.applyWork.length > 0,
      'processing apply thread',
      (n) => {
        while (n.applyWork.length > 0) this.#processApplyThread(n)
      },
    )
    return busy
  }

  #deliverCommand(d: Directive): void {
    const type = d.options.get('type')?.[0]
    let count = 0
    for (const id of d.words) count += this.#deliver(Number(id), type, false)
    for (const id of d.options.get('drop') ?? []) count += this.#deliver(Number(id), type, true)
    if (count === 0) this.#print('no messages\n')
  }

  #deliver(to: number, type: string | undefined, drop: boolean): number {
    const mine = (m: Message) =>
      m.to === to &&
      !(drop && (m.from === m.to || isLocalTarget(m.from))) &&
      (type === undefined || messageType(m.type) === type)
    const delivered = this.#messages.filter(mine)
    this.#messages = this.#messages.filter((m) => !mine(m))
    for (const m of delivered) {
      this.#print(`${drop ? 'dropped: ' : ''}${messageText(m)}\n`)
      if (drop) continue
      const error = errorText(this.#node(to).raw.step(m))
      if (error !== undefined) this.#print(`${error}\n`)
    }
    return delivered.length
  }

  #processReady(node: Node): void {
    const ready = node.raw.ready()
    this.#print(readyText(ready))
    if (!node.async) {
      append(node, ready.hardState, ready.entries, ready.snapshot)
      this.#apply(node, ready.committedEntries)
    }
    for (const m of ready.messages) {
      if (m.type === 'storage-append') node.appendWork.push(m)
      else if (m.type === 'storage-apply') node.applyWork.push(m)
      else this.#messages.push(m)
    }
    if (!node.async) node.raw.advance()
  }

  #processAppendThread(node: Node): void {
    const work = node.appendWork.shift()
    if (!work) {
      this.#print('no append work to perform')
      return
    }
    this.#print(`Processing:\n${messageText({ ...work, responses: [] })}\n`)
    const { term, vote, commit } = work
    append(node, term > 0 ? { term, vote, commit } : undefined, work.entries, work.snapshot)
    this.#respond(work)
  }

  #processApplyThread(node: Node): void {
    const work = node.applyWork.shift()
    if (!work) {
      this.#print('no apply work to perform')
      return
    }
    this.#print(`Processing:\n${messageText({ ...work, responses: [] })}\n`)
    this.#apply(node, work.entries)
    this.#respond(work)
  }

  #respond({ responses }: Message): void {
    this.#print(`Responses:\n${responses.map((m) => `${messageText(m)}\n`).join('')}`)
    this.#messages.push(...responses)
  }

  #apply(node: Node, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const last = node.storage.snapshot()
      let { confState } = last.metadata
      let update = entry.data
      if (entry.type !== 'normal') {
        const change = decodeConfChange(entry)
        confState = node.raw.applyConfChange(change)
        update = change.context ?? new Uint8Array(0)
      }
      node.storage.history.push({
        metadata: { index: entry.index, term: entry.term, confState },
        data: Buffer.concat([last.data, update]),
      })
    }
  }

  #each(d: Directive, title: string, run: (node: Node) => void): void {
    for (const word of d.words) {
      const node = this.#node(Number(word))
      if (d.words.length === 1) {
        run(node)
      } else {
        this.#print(`> ${node.id} ${title}\n`)
        this.#indented(() => run(node))
      }
    }
  }

  #node(id: number): Node {
    const node = this.#nodes[id - 1]
    if (!node) throw new Error(`no node ${id}`)
    return node
  }

  #log(id: number, event: RaftEvent): void {
    const line = etcdLogLine(id, event)
    if (line && LEVELS.indexOf(line[0]) >= this.#level) this.#print(`${line[0]} ${line[1]}\n`)
  }

  #print(text: string): void {
    if (LEVELS[this.#level] !== 'NONE') this.#output.push(text)
  }

  #indented(run: () => void): void {
    const outer = this.#output
    this.#output = []
    run()
    const lines = this.#output.join('').replace(/\n$/, '')
    this.#output = outer
    if (lines !== '') this.#output.push(`${lines.replace(/^/gm, '  ')}\n`)
  }
}

const noJitter: Random = {
  float: () => 0,
  int: () => 0,
  bytes: (length) => new Uint8Array(length),
  uuid: () => '',
  fork: () => noJitter,
}

function append(
  { storage }: Node,
  hardState: HardState | undefined,
  entries: readonly Entry[],
  snapshot: Snapshot | undefined,
): void {
  if (hardState) storage.setHardState(hardState)
  if (snapshot) storage.applySnapshot(snapshot)
  else storage.append(entries)
}

function option(d: Directive, name: string): number {
  return Number(d.options.get(name)?.[0])
}

function levelOf(name: string): number {
  return LEVELS.findIndex((level) => level === name.toUpperCase())
}

function errorText(result: StepResult): string | undefined {
  switch (result) {
    case 'accepted':
      return undefined
    case 'unknown-peer':
      return 'raft: cannot step as peer not found'
    case 'local-message':
      return 'raft: cannot step raft local message'
    default:
      return 'raft proposal dropped'
  }
}
