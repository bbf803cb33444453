import assert from 'node:assert/strict'
import { ConnectionError, type HttpHandler, silentLog } from '../../../src/base/index.ts'
import { type Lease, leases } from '../../../src/api/index.ts'
import { createClient, LeaderElector } from '../../../src/client/index.ts'
import { systemRandom } from '../../../src/platform/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'
import { failure, json, settle } from './fakes.ts'

/** One lease, with the server's rules of versions. */
class FakeLease {
  lease: Lease | undefined
  #version = 0
  writes = 0

  handler(isCutOff: () => boolean): HttpHandler {
    return async (request) => {
      if (isCutOff()) throw new ConnectionError('no route', { sent: true })
      if (request.method === 'GET') {
        return this.lease ? json(200, this.lease) : failure(404, 'NotFound', 'not found')
      }
      const lease = JSON.parse(Buffer.from(request.body as Uint8Array).toString()) as Lease
      if (request.method === 'POST' && this.lease) return failure(409, 'AlreadyExists', 'exists')
      const known = this.lease?.metadata.resourceVersion
      if (request.method === 'PUT' && lease.metadata.resourceVersion !== known) {
        return failure(409, 'Conflict', 'modified')
      }
      this.writes++
      lease.metadata.resourceVersion = String(++this.#version)
      this.lease = lease
      return json(200, lease)
    }
  }
}

class Candidate {
  readonly elector: LeaderElector
  readonly stop = new AbortController()
  leads = false
  cutOff = false
  readonly seen: string[] = []
  running: Promise<void> | undefined
  /** Milliseconds that the work takes to end. */
  lingerMs = 0

  constructor(
    server: FakeLease,
    clock: ManualClock,
    name: string,
    options: { skewMs?: number; releaseOnCancel?: boolean } = {},
  ) {
    // Its own wall clock may be wrong by hours.
    const own = Object.assign(Object.create(clock) as ManualClock, {
      nowMs: () => Date.parse('2024-01-01T00:00:00Z') + clock.nowMs() + (options.skewMs ?? 0),
      monotonicMs: () => clock.monotonicMs(),
      after: (ms: number, fire: () => void) => clock.after(ms, fire),
      every: (ms: number, fire: () => void) => clock.every(ms, fire),
    })
    const common = { clock: own, random: systemRandom(), log: silentLog }
    const transport = server.handler(() => this.cutOff)
    this.elector = new LeaderElector({
      ...common,
      client: createClient({ transport, ...common }),
      leases,
      lease: { namespace: 'kube-system', name: 'test' },
      identity: name,
      releaseOnCancel: options.releaseOnCancel ?? false,
      onStartedLeading: async (signal) => {
        this.leads = true
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => own.after(this.lingerMs, resolve), { once: true })
        })
        this.leads = false
      },
      onNewLeader: (identity) => this.seen.push(identity),
    })
  }

  start(): this {
    this.running = this.elector.run({ signal: this.stop.signal })
    return this
  }
}

describe('leader election', () => {
  let clock: ManualClock
  let server: FakeLease
  let candidates: Candidate[]
  beforeEach(() => {
    clock = new ManualClock()
    server = new FakeLease()
    candidates = []
  })
  afterEach(async () => {
    for (const candidate of candidates) {
      candidate.cutOff = false
      candidate.stop.abort()
    }
    await pass(5_000)
    for (const { running } of candidates) await running
  })

  const candidate = (name: string, options: ConstructorParameters<typeof Candidate>[3] = {}) => {
    const made = new Candidate(server, clock, name, options).start()
    candidates.push(made)
    return made
  }
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      clock.advance(Math.min(250, left))
      await settle()
    }
    assert(candidates.filter((each) => each.leads).length <= 1, 'two lead at once')
  }

  it('lets one lead, who renews; the other waits and knows who leads', async () => {
    const a = candidate('a')
    await pass(1_000)
    const b = candidate('b')
    await pass(60_000)
    assert.deepEqual([a.leads, b.leads], [true, false])
    assert.deepEqual([a.elector.isLeader, b.elector.holder], [true, 'a'])
    assert.deepEqual(b.seen, ['a'])
    const { spec } = server.lease ?? assert.fail('no lease')
    assert.equal(spec.holderIdentity, 'a')
    assert.equal(spec.leaseDurationSeconds, 15)
    assert.equal(spec.leaseTransitions, 0)
    assert.match(spec.renewTime ?? '', /^2024-01-01T00:0\d:\d\d\.\d{6}Z$/)
    assert.equal(spec.acquireTime, '2024-01-01T00:00:00.250000Z')
    assert(server.writes >= 25 && server.writes <= 35, `about one write in 2 s: ${server.writes}`)
  })

  it('passes on what a dead leader held, after its duration, by the own clock alone', async () => {
    const a = candidate('a', { skewMs: 7_200_000 })
    await pass(1_000)
    const b = candidate('b', { skewMs: -7_200_000 })
    await pass(3_000)
    a.cutOff = true
    await pass(7_000)
    assert.equal(a.leads, true, 'within its renew deadline it still leads')
    await pass(3_000)
    assert.equal(a.leads, false, 'a leader that cannot renew steps down before others take over')
    assert.equal(b.leads, false)
    await pass(8_000)
    assert.equal(b.leads, true)
    assert.equal(server.lease?.spec.leaseTransitions, 1)
    assert.deepEqual(b.seen, ['a', 'b'])
  })

  it('is released at once when asked to, but not before the work has ended', async () => {
    const a = candidate('a', { releaseOnCancel: true })
    a.lingerMs = 1_000
    await pass(1_000)
    const b = candidate('b')
    await pass(3_000)
    a.stop.abort()
    await pass(750)
    assert.equal(server.lease?.spec.holderIdentity, 'a')
    await pass(3_000)
    assert.equal(b.leads, true)
    assert.equal(server.lease?.spec.holderIdentity, 'b')
  })

  it('survives a write whose answer was lost', async () => {
    const a = candidate('a')
    await pass(3_000)
    a.cutOff = true
    await pass(4_000)
    a.cutOff = false
    await pass(30_000)
    assert.equal(a.leads, true)
    assert.equal(server.lease?.spec.leaseTransitions, 0)
  })

  it('ends when somebody else took the lease', async () => {
    const a = candidate('a')
    await pass(3_000)
    const lease = server.lease ?? assert.fail('no lease')
    const metadata = { ...lease.metadata, resourceVersion: 'x' }
    server.lease = { metadata, spec: { ...lease.spec, holderIdentity: 'thief' } }
    await pass(3_000)
    assert.equal(a.leads, false)
    assert.equal(a.elector.holder, 'thief')
  })

  it('refuses times that could make two lead', () => {
    const make = (times: object) =>
      new LeaderElector({ identity: 'a', ...times } as ConstructorParameters<
        typeof LeaderElector
      >[0])
    assert.throws(() => make({ leaseDurationMs: 10_000 }), /leaseDurationMs must be greater/)
    assert.throws(() => make({ renewDeadlineMs: 2_000 }), /renewDeadlineMs must be greater/)
    assert.throws(() => make({ identity: '' }), /identity must not be empty/)
  })
})
