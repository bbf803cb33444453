import type { DeepReadonly } from '../../../base/index.ts'
import type { KubeObject, LabelSelector, Resource } from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Lookup } from '../admission/lookup.ts'
import { aspectOf, matchesRule, type RequestRule } from './rules.ts'
import { matchesNamespace, matchesObject } from './selectors.ts'

/** What webhooks, policies and bindings say of the requests that they are about. */
export interface MatchSpec {
  readonly rules: readonly RequestRule[]
  readonly excluded?: readonly RequestRule[]
  readonly matchPolicy: string | undefined
  readonly namespaceSelector: DeepReadonly<LabelSelector> | undefined
  readonly objectSelector: DeepReadonly<LabelSelector> | undefined
}

/** A request as a webhook or policy sees it. */
export interface Match {
  /** The resource in the version of the rule that matched; the request's own by default. */
  readonly resource: Resource | undefined
}

/** How a request is seen by `spec`; undefined when it is none of its business. */
export async function matchRequest(
  spec: MatchSpec,
  attributes: AdmissionAttributes,
  lookup: Lookup,
): Promise<Match | undefined> {
  const { excluded = [], rules } = spec
  if (!(await matchesNamespace(spec.namespaceSelector, attributes, lookup))) return undefined
  if (!matchesObject(spec.objectSelector, attributes)) return undefined
  const find = (among: readonly RequestRule[]) => findResource(among, spec, attributes, lookup)
  if (excluded.length > 0 && find(excluded)) return undefined
  return find(rules)
}

// The request's own version first; then others that show the same objects (KEP-3015).
function findResource(
  rules: readonly RequestRule[],
  spec: MatchSpec,
  attributes: AdmissionAttributes,
  lookup: Lookup,
): Match | undefined {
  const own = aspectOf(attributes)
  if (rules.some((rule) => matchesRule(rule, own))) return { resource: undefined }
  if (spec.matchPolicy !== 'Equivalent') return undefined
  for (const resource of lookup.family(attributes.resource)) {
    const aspect = aspectOf(attributes, resource)
    if (rules.some((rule) => matchesRule(rule, aspect))) return { resource }
  }
  return undefined
}

/** An object of one version as another version has it. */
export function convertTo(
  resource: Resource,
  object: KubeObject,
  from: Resource | undefined,
): KubeObject {
  if (!from || from === resource) return object
  const stored = from.storedAs ? from.storedAs.toStored(object) : object
  return resource.storedAs ? resource.storedAs.fromStored(stored) : stored
}
