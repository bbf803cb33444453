import { quantityMilliValue, quantityValue } from '../../../api/index.ts'
import type { PodView } from '../framework/types.ts'

/** Amounts of resources: CPU in thousandths of a core, memory and storage in bytes. */
export interface Resources {
  milliCpu: number
  memory: number
  ephemeralStorage: number
  pods: number
  /** Extended resources, by name, in whole units. */
  readonly extended: Map<string, number>
}

// What a container counts for when spreading load, if it asks for nothing (kube-scheduler's
// DefaultMilliCPURequest and DefaultMemoryRequest).
const DEFAULT_MILLI_CPU = 100
const DEFAULT_MEMORY = 200 * 1024 * 1024

export function noResources(): Resources {
  return { milliCpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, extended: new Map() }
}

type Requests = Readonly<Record<string, string>> | undefined

/** From a resource list such as `{ cpu: '500m', memory: '1Gi' }`. */
export function toResources(list: Requests): Resources {
  const resources = noResources()
  for (const [name, amount] of Object.entries(list ?? {})) {
    if (name === 'cpu') resources.milliCpu = quantityMilliValue(amount)
    else if (name === 'memory') resources.memory = quantityValue(amount)
    else if (name === 'ephemeral-storage') resources.ephemeralStorage = quantityValue(amount)
    else if (name === 'pods') resources.pods = quantityValue(amount)
    else resources.extended.set(name, quantityValue(amount))
  }
  return resources
}

/** `into` += `sign` × `amount`. */
export function addResources(into: Resources, amount: Resources, sign: 1 | -1 = 1): void {
  into.milliCpu += sign * amount.milliCpu
  into.memory += sign * amount.memory
  into.ephemeralStorage += sign * amount.ephemeralStorage
  for (const [name, value] of amount.extended) {
    into.extended.set(name, (into.extended.get(name) ?? 0) + sign * value)
  }
}

function raiseTo(into: Resources, amount: Resources): void {
  into.milliCpu = Math.max(into.milliCpu, amount.milliCpu)
  into.memory = Math.max(into.memory, amount.memory)
  into.ephemeralStorage = Math.max(into.ephemeralStorage, amount.ephemeralStorage)
  for (const [name, value] of amount.extended) {
    into.extended.set(name, Math.max(into.extended.get(name) ?? 0, value))
  }
}

/**
 * What a pod asks of a node: the sum of its containers and sidecars, or what its init phase needs
 * if that is more (init containers run one by one, beside the sidecars started before them), and
 * its overhead (KEP-753, KEP-688).
 */
export function podRequests(pod: PodView, options: { nonZero?: boolean } = {}): Resources {
  const requestsOf = (requests: Requests) => {
    const resources = toResources(requests)
    if (options.nonZero && requests?.['cpu'] === undefined) resources.milliCpu = DEFAULT_MILLI_CPU
    if (options.nonZero && requests?.['memory'] === undefined) resources.memory = DEFAULT_MEMORY
    return resources
  }
  const total = noResources()
  for (const container of pod.spec.containers) {
    addResources(total, requestsOf(container.resources?.requests))
  }
  const sidecars = noResources()
  const initPeak = noResources()
  for (const container of pod.spec.initContainers ?? []) {
    const phase = requestsOf(container.resources?.requests)
    addResources(phase, sidecars)
    raiseTo(initPeak, phase)
    if (container.restartPolicy !== 'Always') continue
    const sidecar = requestsOf(container.resources?.requests)
    addResources(total, sidecar)
    addResources(sidecars, sidecar)
  }
  raiseTo(total, initPeak)
  addResources(total, toResources(pod.spec.overhead))
  return total
}
