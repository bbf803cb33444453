import type { DeepReadonly } from '../../../base/index.ts'
import { CelError, CelList, type CelValue, REQUEST_BUDGET, toJson } from '../../../api/cel/index.ts'
import {
  applyJsonPatch,
  applyTo,
  type Compiled,
  FieldSet,
  type JsonObject,
  type JsonPatchOperation,
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { AdmissionContext, MakePlugin } from '../admission/plugin.ts'
import { convertTo, type Match } from '../matching/index.ts'
import type { Store } from '../registry/store.ts'
import {
  bindingMatches,
  checkConditions,
  type Evaluation,
  isExempt,
  matchPolicy,
  prepare,
} from './bindings.ts'
import { compiledMutatingPolicy } from './compiled.ts'
import { Budget, LazyVariables } from './lazy-variables.ts'

const GROUP = 'admissionregistration.k8s.io'
const POLICIES = { group: GROUP, plural: 'mutatingadmissionpolicies' }
const BINDINGS = { group: GROUP, plural: 'mutatingadmissionpolicybindings' }
const PLUGIN = 'MutatingAdmissionPolicy'

type Policy = DeepReadonly<MutatingAdmissionPolicy>
type Binding = DeepReadonly<MutatingAdmissionPolicyBinding>

/** MutatingAdmissionPolicy (KEP-3962): changes in CEL, put into force by bindings. */
export const mutatingPolicies: MakePlugin = (context) => ({
  async admit(attributes) {
    if (isExempt(attributes) || !attributes.object) return
    if (attributes.operation === 'DELETE' || attributes.operation === 'CONNECT') return
    const { lookup } = context
    const policies = lookup.list<MutatingAdmissionPolicy>(POLICIES)
    if (policies.length === 0) return
    const bindings = lookup.list<MutatingAdmissionPolicyBinding>(BINDINGS)
    for (const policy of policies) {
      if (attributes.reinvocation.isSecond && !wantsSecond(policy, attributes)) continue
      const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
      const match = own.length > 0 ? await matchPolicy(policy, attributes, context) : undefined
      if (!match) continue
      for (const binding of own) {
        if (!(await bindingMatches(binding, attributes, context))) continue
        await mutate({ policy, binding, match }, attributes, context)
      }
    }
  },
})

interface Seen {
  /** The object, as text, when a policy had last changed it. */
  readonly after: Map<string, string>
}

function seenOf(attributes: AdmissionAttributes): Seen {
  return attributes.reinvocation.value<Seen>(PLUGIN, () => ({ after: new Map() }))
}

// A second time is for policies that want it, when others changed the object since.
function wantsSecond(policy: Policy, attributes: AdmissionAttributes): boolean {
  if (policy.spec.reinvocationPolicy !== 'IfNeeded') return false
  const before = seenOf(attributes).after.get(policy.metadata.name ?? '')
  return before !== JSON.stringify(attributes.object)
}

async function mutate(
  of: { policy: Policy; binding: Binding; match: Match },
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Promise<void> {
  const { policy, binding } = of
  try {
    const evaluations = await prepare(of, attributes, context)
    if ('fault' in evaluations) throw new CelError(evaluations.fault)
    for (const evaluation of evaluations) {
      const conditions = await checkConditions(
        compiledMutatingPolicy(policy).conditions,
        evaluation,
      )
      if (conditions.kind === 'skip') continue
      if (conditions.kind === 'error') throw new CelError(conditions.errors.join(', '))
      await runMutations(of, attributes, context)
    }
  } catch (error) {
    if (!(error instanceof CelError) && !(error instanceof MutationError)) throw error
    if (policy.spec.failurePolicy === 'Ignore') return
    const who = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`
    throw forbidden(attributes, `${who} denied request: ${error.message}`)
  }
}

class MutationError extends Error {}

// Each mutation sees what those before it made.
async function runMutations(
  of: { policy: Policy; binding: Binding; match: Match },
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Promise<void> {
  const { mutations, variables } = compiledMutatingPolicy(of.policy)
  const budget = new Budget(REQUEST_BUDGET)
  for (const { patchType, expression } of mutations) {
    const [evaluation] = evaluationsOf(await prepare(of, attributes, context))
    if (!evaluation) return
    const value = await evaluate(expression, { evaluation, variables, budget })
    const before = JSON.stringify(attributes.object)
    await applyMutation(patchType, value, { attributes, context, match: of.match })
    if (JSON.stringify(attributes.object) === before) continue
    attributes.reinvocation.request()
    const name = of.policy.metadata.name ?? ''
    seenOf(attributes).after.set(name, JSON.stringify(attributes.object))
  }
}

function evaluationsOf(of: Awaited<ReturnType<typeof prepare>>): readonly Evaluation[] {
  return 'fault' in of ? [] : of
}

async function evaluate(
  compiled: Compiled,
  on: {
    evaluation: Evaluation
    variables: ReturnType<typeof compiledMutatingPolicy>['variables']
    budget: Budget
  },
): Promise<CelValue> {
  const { program } = compiled
  if (program === undefined) throw new CelError(compiled.error)
  const { permissions, values } = on.evaluation
  return permissions.settle(() => {
    const variables = new LazyVariables(on.variables, values, on.budget)
    const costLimit = on.budget.callLimit
    const { value, cost } = program.evaluate({ ...values, variables }, { costLimit })
    on.budget.spend(cost)
    return value
  })
}

interface Target {
  readonly attributes: AdmissionAttributes
  readonly context: AdmissionContext
  readonly match: Match
}

async function applyMutation(patchType: string, value: CelValue, target: Target): Promise<void> {
  const { attributes, context, match } = target
  const { lookup } = context
  const own = lookup.storeAt(attributes.resource)
  const seen = match.resource ? lookup.storeAt(match.resource) : own
  const { object, signal } = attributes
  if (!own || !seen || !object) return
  const live = seen.tracking.toJson(await convertTo(seen, object, { from: own, signal }))
  const next = patchType === 'JSONPatch' ? patched(live, value) : applied(seen, live, value)
  const decoded = seen.tracking.fromJson(next)
  seen.resource.strategy.applyDefaults(decoded)
  attributes.replaceObject(await convertTo(own, decoded, { from: seen, signal }))
}

function patched(live: JsonObject, value: CelValue): JsonObject {
  if (!(value instanceof CelList)) throw new CelError('no such overload')
  const operations = [...value].map((item) => toJson(item) as JsonPatchOperation)
  try {
    return applyJsonPatch(live, operations) as JsonObject
  } catch (error) {
    throw new MutationError(`JSON Patch: ${error instanceof Error ? error.message : String(error)}`)
  }
}

// As server-side apply does, but nobody owns what is set, and nothing is ever taken away.
function applied(store: Store, live: JsonObject, value: CelValue): JsonObject {
  const { tracking } = store
  const made = toJson(value) as JsonObject
  const config = {
    ...made,
    apiVersion: live['apiVersion'],
    kind: live['kind'],
  }
  const { managedFields, ...metadata } = live.metadata ?? {}
  const writer = {
    manager: 'mutating-admission-policy',
    apiVersion: tracking.apiVersion,
    subresource: '',
    time: '1970-01-01T00:00:00Z',
    versions: tracking.versions,
    resetFields: new FieldSet(),
  }
  try {
    const { object } = applyTo(writer, {
      live: { ...live, metadata },
      empty: tracking.empty,
      config,
      force: true,
    })
    return { ...object, metadata: { ...object.metadata, ...(managedFields && { managedFields }) } }
  } catch (error) {
    throw new MutationError(error instanceof Error ? error.message : String(error))
  }
}
