import type { DeepReadonly } from '../../../base/index.ts'
import {
  ADMISSION_TYPES,
  type JsonObject,
  type KubeObject,
  type MatchResources,
  type ParamKind,
  type ParamRef,
} from '../../../api/index.ts'
import { fromJson } from '../../../api/cel/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { AdmissionContext } from '../admission/plugin.ts'
import {
  evaluateConditions,
  type Match,
  matchRequest,
  type MatchSpec,
  namespaceOf,
  Permissions,
  requestValues,
  type Values,
  viewOf,
} from '../matching/index.ts'
import { findParams } from './params.ts'

export interface PolicySpec {
  readonly failurePolicy?: string
  readonly matchConstraints?: DeepReadonly<MatchResources>
  readonly paramKind?: DeepReadonly<ParamKind>
}

export interface AnyPolicy extends DeepReadonly<KubeObject> {
  readonly spec: PolicySpec
}

export interface AnyBinding extends DeepReadonly<KubeObject> {
  readonly spec: {
    readonly policyName?: string
    readonly paramRef?: DeepReadonly<ParamRef>
    readonly matchResources?: DeepReadonly<MatchResources>
  }
}

const ADMISSION_GROUP = 'admissionregistration.k8s.io'

/** Policies do not judge policies: a wrong one could not be put right. */
export function isExempt({ resource }: AdmissionAttributes): boolean {
  return resource.group === ADMISSION_GROUP
}

function matchSpec(match: DeepReadonly<MatchResources> | undefined): MatchSpec {
  const { resourceRules, excludeResourceRules, matchPolicy, namespaceSelector, objectSelector } =
    match ?? {}
  return {
    rules: resourceRules ?? EVERYTHING,
    excluded: excludeResourceRules ?? [],
    matchPolicy,
    namespaceSelector,
    objectSelector,
  }
}

// A binding without rules is about all that its policy is about.
const EVERYTHING = [
  { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], scope: '*' },
]

/** How a policy sees a request that it is about; undefined when it is not. */
export function matchPolicy(
  policy: AnyPolicy,
  attributes: AdmissionAttributes,
  { lookup }: AdmissionContext,
): Promise<Match | undefined> {
  return matchRequest(matchSpec(policy.spec.matchConstraints), attributes, lookup)
}

/** Whether a binding makes its policy count for a request. */
export async function bindingMatches(
  binding: AnyBinding,
  attributes: AdmissionAttributes,
  { lookup }: AdmissionContext,
): Promise<boolean> {
  const { matchResources } = binding.spec
  if (!matchResources) return true
  return (await matchRequest(matchSpec(matchResources), attributes, lookup)) !== undefined
}

/** One evaluation of a policy: for one binding, with one object of parameters. */
export interface Evaluation {
  readonly permissions: Permissions
  readonly values: Values
}

/** What the expressions of a policy see of a request, for each object of parameters. */
export async function prepare(
  of: { policy: AnyPolicy; binding: AnyBinding; match: Match },
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Promise<readonly Evaluation[] | { readonly fault: string }> {
  const { lookup, authorizer } = context
  const { policy, binding, match } = of
  const params = findParams(policy.spec.paramKind, binding.spec.paramRef, { attributes, lookup })
  if (params.kind === 'fault') return { fault: `failed to configure binding: ${params.why}` }
  const permissions = new Permissions(attributes, authorizer)
  const namespace = await namespaceOf(attributes, lookup)
  const shown = namespace ? namespaceJson(namespace) : null
  const base: Values = {
    ...requestValues(await viewOf(attributes, match, lookup)),
    ...permissions.values,
    namespaceObject: fromJson(shown, ADMISSION_TYPES.namespaceObject),
  }
  return params.objects.map((object) => ({
    permissions,
    values: { ...base, params: object === undefined ? null : fromJson(object) },
  }))
}

function namespaceJson(namespace: DeepReadonly<KubeObject>): JsonObject {
  return structuredClone(namespace) as JsonObject
}

/** Whether the conditions of a policy hold; texts of what failed. */
export async function checkConditions(
  conditions: Parameters<typeof evaluateConditions>[0],
  { permissions, values }: Evaluation,
) {
  return permissions.settle(() => evaluateConditions(conditions, values))
}
