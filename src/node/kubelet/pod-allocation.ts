import type { DeepReadonly } from '../../base/index.ts'
import {
  type Amounts,
  podRequestsOf,
  quantityMilliValue,
  quantityValue,
  type ResourceRequirements,
  semanticEqual,
} from '../../api/index.ts'
import { shortageOf } from './pod-admission.ts'
import { type ContainerView, type PodView, runContainers } from './pod-words.ts'

type Resources = DeepReadonly<ResourceRequirements>

/** Why a pod does not have (yet) what it now asks for: its condition `PodResizePending`. */
export interface PendingResize {
  readonly reason: 'Infeasible' | 'Deferred'
  readonly message: string
}

/** What the containers of a pod have been given of the node, while their pod may ask for more. */
export class PodAllocation {
  readonly #held = new Map<string, Resources>()
  /** What they run with. */
  readonly #used = new Map<string, Resources>()
  #pending: PendingResize | undefined

  /** Of a pod that has run here before, what its status says. */
  constructor(pod: PodView) {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
    const statuses = [...containerStatuses, ...initContainerStatuses]
    for (const { name, resources } of runContainers(pod.spec)) {
      const before = statuses.find((status) => status.name === name)?.resources
      const has = before ?? resources ?? {}
      this.#held.set(name, has)
      this.#used.set(name, has)
    }
  }

  get held(): ReadonlyMap<string, Resources> {
    return this.#held
  }

  get used(): ReadonlyMap<string, Resources> {
    return this.#used
  }

  /** Whether a container still has to be restarted for what it has been given. */
  get isInProgress(): boolean {
    return [...this.#held].some(([name, held]) => held !== this.#used.get(name))
  }

  /** The container has been started with what it has been given. */
  noteStart(name: string): void {
    this.#used.set(name, this.#held.get(name) ?? {})
  }

  get pending(): PendingResize | undefined {
    return this.#pending
  }

  /** The pod with what it has instead of what it asks for. */
  viewOf(pod: PodView): PodView {
    if (this.#changesOf(pod).length === 0) return pod
    const has = (container: ContainerView): ContainerView => ({
      ...container,
      resources: this.#held.get(container.name) ?? {},
    })
    const { containers, initContainers } = pod.spec
    const spec = { ...pod.spec, containers: containers.map(has) }
    return {
      ...pod,
      spec: initContainers ? { ...spec, initContainers: initContainers.map(has) } : spec,
    }
  }

  /**
   * Gives the pod what it now asks for, if the node has it beside what others have. Names the
   * containers that have to be restarted for it (KEP-1287).
   */
  resize(
    pod: PodView,
    node: { allocatable: Amounts; others: () => readonly PodView[] },
  ): readonly string[] {
    const changes = this.#changesOf(pod)
    this.#pending = changes.length === 0 ? undefined : whyNot(pod, node)
    if (this.#pending) return []
    const restarts: string[] = []
    for (const container of changes) {
      const { name, resources = {} } = container
      if (needsRestart(container, this.#used.get(name) ?? {})) restarts.push(name)
      else this.#used.set(name, resources)
      this.#held.set(name, resources)
    }
    return restarts
  }

  #changesOf({ spec }: PodView): ContainerView[] {
    return runContainers(spec).filter(({ name, resources = {} }) => {
      const held = this.#held.get(name) ?? {}
      return held !== resources && !semanticEqual(held, resources)
    })
  }
}

function whyNot(
  pod: PodView,
  { allocatable, others }: { allocatable: Amounts; others: () => readonly PodView[] },
): PendingResize | undefined {
  const wanted = podRequestsOf(pod.spec)
  for (const [name, amount] of Object.entries(wanted)) {
    const count = name === 'cpu' ? quantityMilliValue : quantityValue
    const [requested, capacity] = [count(amount), count(allocatable[name] ?? '0')]
    if (requested <= capacity || allocatable[name] === undefined) continue
    const message = `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}`
    return { reason: 'Infeasible', message }
  }
  const lacking = shortageOf(pod, others(), allocatable)
  if (!lacking) return undefined
  const { name, requested, used, capacity } = lacking
  const told = `requested: ${requested}, used: ${used}, capacity: ${capacity}`
  const message = `Node didn't have enough resource: ${name}, ${told}`
  return { reason: 'Deferred', message }
}

function needsRestart({ resizePolicy, resources = {} }: ContainerView, before: Resources): boolean {
  const changed = (name: string) =>
    (['requests', 'limits'] as const).some(
      (list) => before[list]?.[name] !== resources[list]?.[name],
    )
  return (resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && changed(resourceName),
  )
}
