import {
  deployments,
  jobs,
  pods,
  services,
  statefulSets,
  type KubeObject,
  type Resource,
} from '../../../src/api/index.ts'
import { type Clock, ConnectionError, sleep, StatusError } from '../../../src/base/index.ts'
import type { Client, ObjectName } from '../../../src/client/index.ts'
import type { SeededRandom } from '../../../src/sim/index.ts'

const NAMESPACE = 'default'
const NAMES = ['a', 'b'] as const
const REPLICAS_MAX = 5

/** Somebody who makes workloads, changes them, deletes them, and kills pods. */
export class User {
  readonly #client: Client
  readonly #clock: Clock
  readonly #random: SeededRandom
  readonly #signal = new AbortController().signal
  #serial = 0
  done = 0

  constructor(parts: { client: Client; clock: Clock; random: SeededRandom }) {
    this.#client = parts.client
    this.#clock = parts.clock
    this.#random = parts.random
  }

  async run(isOver: () => boolean): Promise<void> {
    const acts = [
      () => this.#apply(deployments, (name) => this.#deployment(name)),
      () => this.#apply(deployments, (name) => this.#deployment(name)),
      () => this.#apply(statefulSets, (name) => this.#statefulSet(name)),
      () => this.#apply(services, (name) => service(name)),
      () => this.#startJob(),
      () => this.#killPod(),
      () => this.#killPod(),
      () => this.#remove(this.#random.pick([deployments, statefulSets])),
    ]
    while (!isOver()) {
      await sleep(this.#clock, this.#random.between(100, 3000))
      await this.#attempt(this.#random.pick(acts))
    }
  }

  /** Faults of the server or the network are a user's daily life; anything else is a bug. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act()
      this.done++
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof ConnectionError)) throw error
      if (error instanceof StatusError && error.code === 500 && error.reason === 'InternalError') {
        throw error
      }
    }
  }

  /** Creates, or replaces spec and labels. */
  async #apply<T extends KubeObject>(of: Resource<T>, make: (name: string) => T): Promise<void> {
    const object = make(this.#random.pick(NAMES))
    const client = this.#client.for(of)
    try {
      await client.create(object, { signal: this.#signal })
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error
      const at = { namespace: NAMESPACE, name: object.metadata.name ?? '' }
      const { spec } = object as T & { spec: Record<string, unknown> }
      const { replicas, template } = spec
      const body = { spec: { ...(replicas !== undefined && { replicas, template }) } }
      await client.patch(at, { type: 'merge', body }, { signal: this.#signal })
    }
  }

  #deployment(name: string) {
    const { spec } = workload('Deployment', name, this.#random)
    return {
      metadata: { name, namespace: NAMESPACE },
      spec: { ...spec, progressDeadlineSeconds: 60 },
      status: {},
    }
  }

  #statefulSet(name: string) {
    const podManagementPolicy = this.#random.pick(['OrderedReady', 'Parallel'])
    const { spec } = workload('StatefulSet', name, this.#random)
    return {
      metadata: { name, namespace: NAMESPACE },
      spec: { ...spec, serviceName: name, podManagementPolicy },
      status: { replicas: 0 },
    }
  }

  async #startJob(): Promise<void> {
    const name = `job-${++this.#serial}`
    const completions = 1 + this.#random.int(3)
    const template = {
      metadata: { labels: { job: name } },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'navarch/job' }],
      },
    }
    const spec = { completions, parallelism: 1 + this.#random.int(completions), template }
    const object = { metadata: { name, namespace: NAMESPACE }, spec, status: {} }
    await this.#client.for(jobs).create(object, { signal: this.#signal })
  }

  async #killPod(): Promise<void> {
    const list = await this.#client.for(pods).list({ namespace: NAMESPACE, signal: this.#signal })
    const workers = list.items.filter(({ metadata }) => metadata.labels?.['job'] === undefined)
    if (workers.length === 0) return
    const { name } = this.#random.pick(workers).metadata
    const gracePeriodSeconds = this.#random.pick([0, 1])
    const at = { namespace: NAMESPACE, name }
    await this.#client.for(pods).delete(at, { gracePeriodSeconds }, { signal: this.#signal })
  }

  async #remove<T extends KubeObject>(of: Resource<T>): Promise<void> {
    const at: ObjectName = { namespace: NAMESPACE, name: this.#random.pick(NAMES) }
    const propagationPolicy = this.#random.pick(['Background', 'Foreground'])
    await this.#client.for(of).delete(at, { propagationPolicy }, { signal: this.#signal })
  }
}

function workload(kind: string, name: string, random: SeededRandom) {
  const labels = { app: name, kind }
  const image = random.pick(['navarch/web:1', 'navarch/web:2', 'navarch/web:3'])
  const containers = [{ name: 'main', image }]
  return {
    spec: {
      replicas: random.int(REPLICAS_MAX + 1),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 1 } },
    },
  }
}

function service(name: string) {
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
    status: {},
  }
}
