import { type DeepReadonly, StatusError } from '../../../base/index.ts'
import {
  apiVersionOf,
  type JsonObject,
  type KubeObject,
  type LabelSelector,
  type Resource,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Lookup } from '../admission/lookup.ts'
import type { Store } from '../registry/store.ts'
import { statusErrors } from '../status.ts'
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

/** An object of one version as another version has it. Throws 500 when a webhook cannot tell. */
export async function convertTo(
  to: Store,
  object: KubeObject,
  { from, signal }: { from: Store; signal: AbortSignal },
): Promise<KubeObject> {
  const { resource } = to
  if (from.resource === resource) return object
  if (from.conversion) {
    const json = from.tracking.toJson(object) as KubeObject
    const desired = apiVersionOf(resource)
    try {
      const [converted = json] = await from.conversion.convert([json], { desired, signal })
      return to.tracking.fromJson(converted as JsonObject)
    } catch (error) {
      if (error instanceof StatusError) throw statusErrors.internal(error.message)
      throw error
    }
  }
  const { storedAs } = from.resource
  const stored = storedAs ? storedAs.toStored(object) : object
  return resource.storedAs ? resource.storedAs.fromStored(stored) : stored
}
