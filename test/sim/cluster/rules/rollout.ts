import { Violation } from '../../world.ts'
import type { Observer, SeenChange } from '../observer.ts'
import { at, numberAt, ownerOf, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

const ROLLING = 'spec.strategy.rollingUpdate'

/** Rolling updates have no more pods than surge allows, and take away no more than may be missing. */
export const rolloutRule = (): Rule => {
  return (change, observer) => {
    const { now } = change
    if (now?.kind !== 'ReplicaSet') return
    const uid = ownerOf(now)?.uid
    const deployment = observer.ofKind('Deployment').find(({ metadata }) => metadata.uid === uid)
    if (!deployment) return
    const step = numberAt(now, 'spec.replicas') - numberAt(change.old, 'spec.replicas')
    const versions = observer.recent.versions(deployment)
    const sets = observer.ownedBy(deployment.metadata.uid, 'ReplicaSet')
    if (step > 0) checkSurge(change, versions, sets)
    else if (step < 0) checkAvailable(change, { versions, sets, observer })
  }
}

function checkSurge({ key }: SeenChange, versions: readonly Seen[], sets: readonly Seen[]): void {
  const total = sets.reduce((sum, set) => sum + numberAt(set, 'spec.replicas'), 0)
  const allowed = Math.max(...versions.map((version) => limitsOf(version).most))
  if (total > allowed) throw new Violation(`${key}: ${total} replicas, ${allowed} with the surge`)
}

function checkAvailable(
  { key, old, now }: SeenChange,
  of: { versions: readonly Seen[]; sets: readonly Seen[]; observer: Observer },
): void {
  const { versions, sets, observer } = of
  const need = Math.min(...versions.map((version) => limitsOf(version).least))
  const told = (set: Seen) =>
    observer.recent.versions(set).map((version) => numberAt(version, 'status.availableReplicas'))
  // In case of doubt it was unavailable pods that were taken, and available ones are left.
  const surely = old ? Math.min(numberAt(old, 'spec.replicas'), ...told(old)) : 0
  const taken = surely - numberAt(now, 'spec.replicas')
  const left = sets.reduce(
    (sum, set) => sum + Math.min(numberAt(set, 'spec.replicas'), Math.max(...told(set))),
    0,
  )
  if (taken > 0 && left < need) {
    const each = sets.map((set) => `${numberAt(set, 'spec.replicas')} (${told(set).join()})`)
    throw new Violation(`${key}: leaves ${left} available of ${each.join(' + ')}, not ${need}`)
  }
}

/** How many pods there may be, and have to be. */
function limitsOf(deployment: Seen): { most: number; least: number } {
  const replicas = numberAt(deployment, 'spec.replicas', 1)
  if (at(deployment, 'spec.strategy.type') === 'Recreate') return { most: replicas, least: 0 }
  const surge = part(at(deployment, `${ROLLING}.maxSurge`), replicas, Math.ceil)
  const missing = part(at(deployment, `${ROLLING}.maxUnavailable`), replicas, Math.floor)
  const unavailable = surge === 0 && missing === 0 ? 1 : missing
  return { most: replicas + surge, least: Math.max(0, replicas - unavailable) }
}

/** A number, or a share in percent. */
export function part(value: unknown, of: number, round: (n: number) => number): number {
  if (typeof value === 'string') return round((Number.parseInt(value, 10) / 100) * of)
  return Number(value ?? 0)
}
