import type { DeepReadonly } from '../../../../base/index.ts'
import { KUBERNETES_VERSION, type ObjectMeta } from '../../../../api/index.ts'
import { BASELINE } from './baseline.ts'
import type { Check, PodSpec } from './check.ts'
import type { LevelVersion } from './policy.ts'
import { appArmorProfile, procMount, seccompBaseline } from './profiles.ts'
import { RESTRICTED } from './restricted.ts'

/** What `latest` means: the version that the server says it has. */
const LATEST_MINOR = Number(KUBERNETES_VERSION.split('.')[1])
/** The newest of which the rules are known here; who names a later one gets these. */
const NEWEST_MINOR = 36

const byId = (checks: readonly Check[]) => [...checks].sort((a, b) => (a.id < b.id ? -1 : 1))
const baseline = byId([...BASELINE, appArmorProfile, procMount, seccompBaseline])
const restricted = byId(RESTRICTED)

export interface Evaluation {
  /** Whether the pod complies. */
  readonly allowed: boolean
  readonly reasons: string
  /** The reasons with their details in brackets. */
  readonly details: string
}

/** What a pod violates, if anything; first of the level baseline, then of restricted. */
export function evaluatePod(
  policy: LevelVersion,
  pod: { metadata: DeepReadonly<ObjectMeta>; spec: PodSpec },
): Evaluation {
  const minor = Math.min(policy.minor ?? LATEST_MINOR, NEWEST_MINOR)
  const checks = checksOf(policy, minor)
  const found = checks.flatMap((check) => check.find({ ...pod, minor }) ?? [])
  const details = found.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason))
  return {
    allowed: found.length === 0,
    reasons: found.map(({ reason }) => reason).join(', '),
    details: details.join(', '),
  }
}

function checksOf({ level }: LevelVersion, minor: number): readonly Check[] {
  if (level === 'privileged') return []
  const low = baseline.filter((check) => check.since <= minor)
  if (level === 'baseline') return low
  const high = restricted.filter((check) => check.since <= minor)
  const replaced = new Set(high.map((check) => check.replaces))
  return [...low.filter((check) => !replaced.has(check.id)), ...high]
}
