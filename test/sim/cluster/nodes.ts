import type { Disk, HttpHandler, Links, Log, Net } from '../../../src/base/index.ts'
import { createClient } from '../../../src/client/index.ts'
import { startHollowFleet } from '../../../src/node/index.ts'
import { Lifetime, type SeededRandom, type SimClock } from '../../../src/sim/index.ts'

export const NODES = 4
/** The nodes of one machine share their watches: the first machine does not fail. */
const MACHINES = [['node-1', 'node-2'], ['node-3'], ['node-4']]
/** Most come back before anybody has noticed; some stay away until their pods are given up. */
const DOWN_MS = [500, 2000, 20_000]
const LIVES_MS_MAX = 20_000

interface Parts {
  readonly clock: SimClock
  readonly random: SeededRandom
  readonly log: Log
  readonly transport: HttpHandler
  readonly onError: (error: unknown) => void
  readonly onFault: (line: string) => void
}

/** Hollow nodes: kubelets as anywhere, in virtual time, on machines that fail. */
export class Nodes {
  readonly #parts: Parts
  readonly #lifetimes = new Map<readonly string[], Lifetime>()
  #isOver = false
  #starts = 0
  #down = 0

  constructor(parts: Parts) {
    this.#parts = parts
    for (const names of MACHINES) this.#start(names)
  }

  /** Whether all are there. */
  get areUp(): boolean {
    return this.#down === 0
  }

  /** From now on machines die, until `endFaults`. */
  beginFaults(): void {
    for (const names of MACHINES.slice(1)) this.#live(names)
  }

  endFaults(): void {
    this.#isOver = true
  }

  #live(names: readonly string[]): void {
    const { clock, random, onFault } = this.#parts
    clock.schedule(random.between(0, LIVES_MS_MAX), () => {
      if (this.#isOver) return
      onFault(`node-down ${names.join()}`)
      this.#down++
      this.#lifetimes.get(names)?.end()
      clock.schedule(random.between(0, random.pick(DOWN_MS)), () => {
        onFault(`node-up ${names.join()}`)
        this.#down--
        this.#start(names)
        this.#live(names)
      })
    })
  }

  #start(names: readonly string[]): void {
    const { log, onError } = this.#parts
    const lifetime = new Lifetime()
    this.#lifetimes.set(names, lifetime)
    const clock = this.#parts.clock.of(lifetime, { offsetMs: 0 })
    const random = this.#parts.random.fork(`start-${++this.#starts}`)
    const transport = whileAlive(this.#parts.transport, lifetime)
    const client = createClient({ transport, clock, random, log, userAgent: 'hollow' })
    const unused = {} as Disk & Links & Net
    const fleet = startHollowFleet(
      {
        names,
        ip: '127.1.0.1',
        version: '0',
        kubernetesVersion: 'v1.32.0',
        capacity: { cpu: '4', memory: '8Gi', pods: '20' },
        info: INFO,
        labels: () => ({ 'topology.kubernetes.io/zone': `zone-${names.length % 2}` }),
        apiServerNames: [],
        startLatencyMs: 200,
      },
      {
        client,
        clock,
        random: random.fork('fleet'),
        log,
        disk: unused,
        links: unused,
        net: unused,
        serveKubelet: () => Promise.resolve({ port: 10250, close: () => Promise.resolve() }),
      },
    )
    fleet.done.catch((error: unknown) => {
      if (lifetime.alive) onError(error)
    })
  }
}

const INFO = {
  architecture: 'amd64',
  bootID: '',
  kernelVersion: '',
  machineID: '',
  operatingSystem: 'linux',
  osImage: '',
  systemUUID: '',
}

/** One for each who waits: what waits for a promise that all share is never let go. */
const never = () => new Promise<never>(() => {})

/** A dead process says nothing, and hears nothing: its calls end for the server, not for itself. */
function whileAlive(transport: HttpHandler, lifetime: Lifetime): HttpHandler {
  const orNever = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      const result = await call()
      return lifetime.alive ? result : await never()
    } catch (error) {
      if (lifetime.alive) throw error
      return never()
    }
  }
  async function* read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = body[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await orNever(() => iterator.next())
        if (next.done) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return async (request) => {
    // No `AbortSignal.any`: Node holds such a signal, and with it this world, while anybody listens.
    const ended = new AbortController()
    const forget = lifetime.onEnd(() => ended.abort(new Error('the machine is down')))
    const onAbort = () => ended.abort(request.signal.reason)
    request.signal.addEventListener('abort', onAbort, { once: true })
    if (request.signal.aborted) onAbort()
    const response = await orNever(() => transport({ ...request, signal: ended.signal }))
    const { body } = response
    if (body === undefined || body instanceof Uint8Array) {
      forget()
      return response
    }
    return { ...response, body: read(body) }
  }
}
