import { Violation } from '../../world.ts'
import type { Observer } from '../observer.ts'
import { at, isActive, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

/** A namespace has no more than its quota says, of each thing. */
export const quotaRule = (): Rule => {
  return ({ key, old, now }, observer) => {
    const counted = now && !old ? (COUNTED[now.kind] ?? []) : []
    if (!now || counted.length === 0) return
    for (const quota of observer.ofKind('ResourceQuota')) {
      if (quota.metadata.namespace !== now.metadata.namespace) continue
      // It holds once the controller has counted what is there, and all servers know.
      const versions = observer.recent.versions(quota)
      const used = usedOf(quota, observer, isActive)
      const limits = limitsOf(quota)
      for (const name of counted) {
        const hard = limits[name] ?? Infinity
        const isKnown = (version: Seen) => {
          const told = at(version, 'status.hard') as Record<string, unknown> | undefined
          return told?.[name] !== undefined
        }
        if (!versions.every(isKnown) || (used[name] ?? 0) <= hard) continue
        throw new Violation(`${key}: ${used[name]} ${name}, the quota is ${hard}`)
      }
    }
  }
}

/** What a new object takes of a quota. */
const COUNTED: Readonly<Record<string, readonly string[]>> = {
  Pod: ['pods', 'requests.cpu'],
  Service: ['services'],
  Deployment: ['count/deployments.apps'],
}

/** What there is of all that a quota may limit here; of CPU thousandths. */
export function usedOf(
  quota: Seen,
  observer: Observer,
  counts: (pod: Seen) => boolean,
): Readonly<Record<string, number>> {
  const isHere = ({ metadata }: Seen) => metadata.namespace === quota.metadata.namespace
  const count = (kind: string) => observer.ofKind(kind).filter(isHere).length
  const pods = observer.ofKind('Pod').filter((pod) => isHere(pod) && counts(pod))
  return {
    pods: pods.length,
    services: count('Service'),
    'count/deployments.apps': count('Deployment'),
    'requests.cpu': pods.reduce((sum, pod) => sum + cpuOf(pod), 0),
  }
}

export function limitsOf(quota: Seen, path = 'spec.hard'): Readonly<Record<string, number>> {
  const hard = (at(quota, path) ?? {}) as Record<string, string>
  return Object.fromEntries(Object.entries(hard).map(([name, text]) => [name, amount(name, text)]))
}

function cpuOf(pod: Seen): number {
  const containers = (at(pod, 'spec.containers') ?? []) as {
    resources?: { requests?: { cpu?: string } }
  }[]
  const each = containers.map(({ resources }) => amount('cpu', resources?.requests?.cpu ?? '0'))
  return each.reduce((sum, one) => sum + one, 0)
}

function amount(name: string, text: string): number {
  if (text.endsWith('m')) return Number.parseInt(text, 10)
  return Number(text) * (name.endsWith('cpu') ? 1000 : 1)
}
