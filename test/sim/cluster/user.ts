import {
  cronJobs,
  daemonSets,
  deployments,
  horizontalPodAutoscalers,
  jobs,
  type KubeObject,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  type Resource,
  resourceQuotas,
  services,
  statefulSets,
} from '../../../src/api/index.ts'
import {
  type Clock,
  ConnectionError,
  hasReason,
  sleep,
  StatusError,
} from '../../../src/base/index.ts'
import type { Client } from '../../../src/client/index.ts'
import type { SeededRandom } from '../../../src/sim/index.ts'
import * as make from './workloads.ts'

const MAIN = 'default'
/** Has a quota. */
export const LIMITED = 'limited'
/** Comes and goes. */
const PASSING = 'passing'
const NAMES = ['a', 'b'] as const
const QUOTA = {
  pods: '4',
  services: '1',
  'count/deployments.apps': '1',
  'requests.cpu': '300m',
} as const
/** Volumes and claims at once: some claims have to wait. */
const CLAIMS = 2
const TAINT = 'simulation'
const PACE_MS_MAX = 1200
/** Pods at once: more than the quota has room for when somebody else asks, too. */
const CROWD = 3
const DRAINED_MS_MAX = 3000

type Specified = { readonly spec: Readonly<Record<string, unknown>> }

/** Somebody who makes workloads, changes them, deletes them, kills pods and drains nodes. */
export class User {
  readonly #client: Client
  readonly #clock: Clock
  readonly #random: SeededRandom
  readonly #name: string
  readonly #call = { signal: new AbortController().signal }
  #serial = 0
  done = 0

  constructor(parts: { client: Client; clock: Clock; random: SeededRandom; name: string }) {
    this.#client = parts.client
    this.#clock = parts.clock
    this.#random = parts.random
    this.#name = parts.name
  }

  async run(isOver: () => boolean): Promise<void> {
    const random = this.#random
    const acts = [
      () => this.#apply(deployments, make.deployment(this.#any(), random)),
      () => this.#apply(deployments, make.deployment(this.#any(), random)),
      () => this.#apply(statefulSets, make.statefulSet(this.#any(), random)),
      () => this.#apply(daemonSets, make.daemonSet(this.#in(MAIN), random)),
      () => this.#apply(services, make.service(this.#any())),
      () => this.#apply(podDisruptionBudgets, make.budget(this.#in(MAIN), random)),
      () => this.#apply(cronJobs, make.cronJob(this.#in(MAIN), random)),
      () => this.#create(jobs, make.job(this.#new('job', MAIN), random)),
      () => this.#killPod(),
      () => this.#killPod(),
      () => this.#killPod(),
      () => this.#drain(),
      () => this.#evictAll(),
      () => this.#taint(),
      () => this.#apply(horizontalPodAutoscalers, make.autoscaler(this.#in(MAIN), random)),
      () => this.#remove(horizontalPodAutoscalers),
      () => this.#claim(),
      () => this.#remove(persistentVolumeClaims),
      () => this.#crowd(),
      () => this.#crowd(),
      () => this.#passNamespace(),
      () => this.#remove(deployments),
      () => this.#remove(random.pick([statefulSets, daemonSets] as Resource[])),
      () => this.#remove(cronJobs),
    ]
    await this.#attempt(() => this.#limit())
    while (!isOver()) {
      await sleep(this.#clock, random.between(50, PACE_MS_MAX))
      await this.#attempt(random.pick(acts))
    }
  }

  /** What would go on for ever is stopped: there are no faults any more, but races there are. */
  async rest(): Promise<void> {
    for (;;) {
      const undone = await this.#undone().catch((error: unknown) => {
        if (error instanceof StatusError || error instanceof ConnectionError) return undefined
        throw error
      })
      if (undone?.length === 0) return
      for (const act of undone ?? []) await this.#attempt(act)
      await sleep(this.#clock, PACE_MS_MAX)
    }
  }

  async #undone(): Promise<(() => Promise<void>)[]> {
    const schedules = await this.#client.for(cronJobs).list(this.#call)
    const all = await this.#client.for(nodes).list(this.#call)
    const goesOn = schedules.items.filter(({ spec }) => !spec.suspend)
    const cordoned = all.items.filter(({ spec }) => spec?.unschedulable)
    const tainted = all.items.filter(({ spec }) => spec?.taints?.some(({ key }) => key === TAINT))
    return [
      ...goesOn.map(
        ({ metadata }) =>
          () =>
            this.#patch(cronJobs, metadata, { spec: { suspend: true } }),
      ),
      ...cordoned.map(
        ({ metadata }) =>
          () =>
            this.#setSchedulable(metadata.name, true),
      ),
      ...tainted.map(
        ({ metadata }) =>
          () =>
            this.#setTaint(metadata.name, undefined),
      ),
    ]
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

  #in(namespace: string): make.Named {
    return { name: this.#random.pick(NAMES), namespace }
  }

  #any(): make.Named {
    return this.#in(this.#random.pick([MAIN, MAIN, MAIN, MAIN, LIMITED, PASSING]))
  }

  #new(kind: string, namespace: string): make.Named {
    return { name: `${kind}-${this.#name}-${++this.#serial}`, namespace }
  }

  async #create<T extends KubeObject>(of: Resource<T>, object: T): Promise<void> {
    await this.#client.for(of).create(object, this.#call)
  }

  /** Creates, or replaces what of the spec may change. */
  async #apply<T extends KubeObject>(of: Resource<T>, object: T): Promise<void> {
    try {
      await this.#create(of, object)
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error
      const { name = '', namespace = '' } = object.metadata
      const {
        selector: _,
        podManagementPolicy: _fixed,
        ...spec
      } = (object as Partial<Specified>).spec ?? {}
      await this.#patch(of, { name, namespace }, { spec })
    }
  }

  async #patch<T extends KubeObject>(
    of: Resource<T>,
    { name, namespace }: { name: string; namespace?: string },
    body: unknown,
  ): Promise<void> {
    const at = { name, ...(namespace !== undefined && { namespace }) }
    await this.#client.for(of).patch(at, { type: 'merge', body }, this.#call)
  }

  async #killPod(): Promise<void> {
    const { items } = await this.#client.for(pods).list(this.#call)
    const workers = items.filter(({ metadata }) => metadata.labels?.['job'] === undefined)
    if (workers.length === 0) return
    const { name, namespace } = this.#random.pick(workers).metadata
    const gracePeriodSeconds = this.#random.pick([0, 1])
    await this.#client.for(pods).delete({ name, namespace }, { gracePeriodSeconds }, this.#call)
  }

  /** A node's pods are asked to leave; those that may not, stay. */
  async #drain(): Promise<void> {
    const all = await this.#client.for(nodes).list(this.#call)
    if (all.items.length === 0) return
    const { name } = this.#random.pick(all.items).metadata
    await this.#setSchedulable(name, false)
    const { items } = await this.#client.for(pods).list(this.#call)
    for (const { metadata, spec } of items) {
      const isDaemon = metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet')
      if (spec.nodeName === name && !isDaemon) await this.#attempt(() => this.#evict(metadata))
    }
    await sleep(this.#clock, this.#random.between(0, DRAINED_MS_MAX))
    await this.#setSchedulable(name, true)
  }

  /** All pods of an application at once, through whichever masters: its budget is one. */
  async #evictAll(): Promise<void> {
    const labelSelector = `app=${this.#random.pick(NAMES)}`
    const at = { namespace: MAIN, labelSelector, ...this.#call }
    const { items } = await this.#client.for(pods).list(at)
    await Promise.all(items.map(({ metadata }) => this.#attempt(() => this.#evict(metadata))))
  }

  async #taint(): Promise<void> {
    const all = await this.#client.for(nodes).list(this.#call)
    if (all.items.length === 0) return
    const { name } = this.#random.pick(all.items).metadata
    await this.#setTaint(name, this.#random.pick(['NoSchedule', 'NoExecute']))
    await sleep(this.#clock, this.#random.between(0, DRAINED_MS_MAX))
    await this.#setTaint(name, undefined)
  }

  async #setTaint(name: string, effect: string | undefined): Promise<void> {
    const node = await this.#client.for(nodes).get({ name }, this.#call)
    const others = (node.spec?.taints ?? []).filter(({ key }) => key !== TAINT)
    const taints = effect === undefined ? others : [...others, { key: TAINT, effect }]
    await this.#client.for(nodes).update({ ...node, spec: { ...node.spec, taints } }, this.#call)
  }

  /** More claims than there are volumes, all at once. */
  async #claim(): Promise<void> {
    const { name } = this.#new('volume', MAIN)
    await this.#create(persistentVolumes, make.volume(name))
    const create = () => this.#create(persistentVolumeClaims, make.claim(this.#in(MAIN)))
    await Promise.all(Array.from({ length: CLAIMS }, () => this.#attempt(create)))
  }

  async #evict({ name, namespace = '' }: { name: string; namespace?: string }): Promise<void> {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
    const call = { name: 'eviction', method: 'POST' as const, body }
    await this.#client.for(pods).subresource({ name, namespace }, call, this.#call)
  }

  async #setSchedulable(name: string, isSchedulable: boolean): Promise<void> {
    await this.#patch(nodes, { name }, { spec: { unschedulable: isSchedulable ? null : true } })
  }

  /** The namespace with its quota. */
  async #limit(): Promise<void> {
    await this.#ensureNamespace(LIMITED)
    const object = make.quota({ name: 'quota', namespace: LIMITED }, QUOTA)
    await this.#create(resourceQuotas, object)
  }

  async #crowd(): Promise<void> {
    const create = () => this.#create(pods, make.pod(this.#new('pod', LIMITED)))
    await Promise.all(Array.from({ length: CROWD }, () => this.#attempt(create)))
  }

  async #passNamespace(): Promise<void> {
    if (await this.#ensureNamespace(PASSING)) return
    await this.#client.for(namespaces).delete({ name: PASSING }, undefined, this.#call)
  }

  /** Whether it was made. */
  async #ensureNamespace(name: string): Promise<boolean> {
    try {
      await this.#create(namespaces, { metadata: { name }, spec: {}, status: {} })
      return true
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error
      return false
    }
  }

  async #remove<T extends KubeObject>(of: Resource<T>): Promise<void> {
    const propagationPolicy = this.#random.pick(['Background', 'Foreground'])
    await this.#client.for(of).delete(this.#any(), { propagationPolicy }, this.#call)
  }
}
