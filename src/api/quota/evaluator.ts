import type { DeepReadonly } from '../../base/index.ts'
import type { KubeObject } from '../schema/index.ts'
import type { Amounts } from '../helpers/index.ts'
import { claimEvaluator } from './claims.ts'
import { countName } from './names.ts'
import { podEvaluator } from './pods.ts'
import type { ScopeRequirement } from './scopes.ts'
import { serviceEvaluator } from './services.ts'

/** What the objects of one resource use of a namespace's quota. Pure. */
export interface QuotaEvaluator {
  /** Those of the names that objects of this resource count against. */
  matching(names: readonly string[]): readonly string[]
  /** Zeros are left in where upstream does. */
  usage(object: DeepReadonly<KubeObject>, nowMs: number): Amounts
  /** Why an object cannot be counted, as of the names that a quota limits. */
  fault?(names: readonly string[], object: DeepReadonly<KubeObject>): string | undefined
  /** Whether an object is within a quota's scope. Without it a quota with scopes never applies. */
  inScope?(object: DeepReadonly<KubeObject>, scope: ScopeRequirement): boolean
  /** Whether updates change the usage, too. */
  readonly updates: boolean
}

const OWN: Readonly<Record<string, QuotaEvaluator>> = {
  pods: podEvaluator,
  services: serviceEvaluator,
  persistentvolumeclaims: claimEvaluator,
}

/** Core resources that may be counted by their bare name, too. */
const ALIASES = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

/** For every namespaced resource; those without rules of their own are counted. */
export function quotaEvaluatorOf(of: { group: string; plural: string }): QuotaEvaluator {
  const own = of.group === '' ? OWN[of.plural] : undefined
  if (own) return own
  const names = [countName(of)]
  if (of.group === '' && ALIASES.has(of.plural)) names.push(of.plural)
  const usage = Object.fromEntries(names.map((name) => [name, '1']))
  return {
    matching: (all) => all.filter((name) => names.includes(name)),
    usage: () => usage,
    updates: false,
  }
}
