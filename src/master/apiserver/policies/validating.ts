import { type DeepReadonly, StatusError } from '../../../base/index.ts'
import { CelError, REQUEST_BUDGET } from '../../../api/cel/index.ts'
import type {
  Compiled,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { AdmissionContext, MakePlugin } from '../admission/plugin.ts'
import type { Match } from '../matching/index.ts'
import {
  bindingMatches,
  checkConditions,
  type Evaluation,
  isExempt,
  matchPolicy,
  prepare,
} from './bindings.ts'
import { compiledPolicy } from './compiled.ts'
import { Budget, LazyVariables } from './lazy-variables.ts'

const GROUP = 'admissionregistration.k8s.io'
const POLICIES = { group: GROUP, plural: 'validatingadmissionpolicies' }
const BINDINGS = { group: GROUP, plural: 'validatingadmissionpolicybindings' }
const FAILURE_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure'

type Policy = DeepReadonly<ValidatingAdmissionPolicy>
type Binding = DeepReadonly<ValidatingAdmissionPolicyBinding>

/** What a policy found wrong under one of its bindings. */
interface Finding {
  readonly policy: Policy
  readonly binding: Binding
  readonly message: string
  readonly reason: string
  /** Which validation; -1 when it was not come to any. */
  readonly index: number
}

/** ValidatingAdmissionPolicy (KEP-3488): rules in CEL, put into force by bindings. */
export const validatingPolicies: MakePlugin = (context) => ({
  async validate(attributes) {
    if (isExempt(attributes)) return
    const { lookup } = context
    const policies = lookup.list<ValidatingAdmissionPolicy>(POLICIES)
    if (policies.length === 0) return
    const bindings = lookup.list<ValidatingAdmissionPolicyBinding>(BINDINGS)
    const findings: Finding[] = []
    for (const policy of policies) {
      const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
      if (own.length === 0) continue
      const match = await matchPolicy(policy, attributes, context)
      if (!match) continue
      for (const binding of own) {
        if (!(await bindingMatches(binding, attributes, context))) continue
        findings.push(...(await judge({ policy, binding, match }, attributes, context)))
      }
    }
    enforce(findings, attributes)
  },
})

// All that a policy finds; faults of its own count by its failure policy.
async function judge(
  of: { policy: Policy; binding: Binding; match: Match },
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Promise<Finding[]> {
  const { policy, binding } = of
  const fault = (message: string): Finding[] =>
    policy.spec.failurePolicy === 'Ignore'
      ? []
      : [{ policy, binding, message, reason: '', index: -1 }]
  const evaluations = await prepare(of, attributes, context)
  if ('fault' in evaluations) return fault(evaluations.fault)
  const findings: Finding[] = []
  const notes = new Map<string, string[]>()
  for (const evaluation of evaluations) {
    const conditions = await checkConditions(compiledPolicy(policy).conditions, evaluation)
    if (conditions.kind === 'skip') continue
    if (conditions.kind === 'error') {
      findings.push(...fault(conditions.errors.join(', ')))
      continue
    }
    const budget = new Budget(REQUEST_BUDGET)
    findings.push(...(await runValidations({ policy, binding, budget }, evaluation)))
    await runAnnotations({ policy, budget, notes }, evaluation)
  }
  for (const [key, values] of notes) {
    attributes.annotate(`${policy.metadata.name}/${key}`, [...new Set(values)].join(', '))
  }
  return findings
}

type Outcome = { readonly value: unknown } | { readonly error: string }

async function run(compiled: Compiled, evaluation: Evaluation, on: Running): Promise<Outcome> {
  const { program } = compiled
  if (program === undefined) return { error: compiled.error }
  const { permissions, values } = evaluation
  try {
    return await permissions.settle(() => {
      const variables = new LazyVariables(on.variables, values, on.budget)
      const costLimit = on.budget.callLimit
      const { value, cost } = program.evaluate({ ...values, variables }, { costLimit })
      on.budget.spend(cost)
      return { value }
    })
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    return { error: error.message }
  }
}

interface Running {
  readonly variables: ReturnType<typeof compiledPolicy>['variables']
  readonly budget: Budget
}

async function runValidations(
  of: { policy: Policy; binding: Binding; budget: Budget },
  evaluation: Evaluation,
): Promise<Finding[]> {
  const { policy, binding, budget } = of
  const { validations, variables } = compiledPolicy(policy)
  const findings: Finding[] = []
  for (const [index, { expression, message }] of validations.entries()) {
    const declared = policy.spec.validations?.[index]
    if (!declared) continue
    const add = (text: string, reason = '') =>
      findings.push({ policy, binding, message: text, reason, index })
    if (budget.isSpent) {
      add(
        'validation failed due to running out of cost budget, no further validation rules will be run',
      )
      break
    }
    const outcome = await run(expression, evaluation, { variables, budget })
    const text = declared.expression
    if ('error' in outcome) {
      if (policy.spec.failurePolicy !== 'Ignore') {
        add(`expression '${text}' resulted in error: ${outcome.error}`)
      }
      continue
    }
    if (outcome.value === true) continue
    const said = message && (await run(message, evaluation, { variables, budget }))
    const computed = said && 'value' in said ? usableMessage(said.value) : undefined
    const fallback = declared.message?.trim() || `failed expression: ${text.trim()}`
    add(computed ?? fallback, declared.reason ?? '')
  }
  return findings
}

/** Longest message that an expression may make, in bytes. */
const MESSAGE_BYTES_MAX = 5 * 1024

function usableMessage(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  const unfit = text === '' || text.includes('\n') || Buffer.byteLength(value) > MESSAGE_BYTES_MAX
  return unfit ? undefined : text
}

/** Longest note in the audit log, in bytes. */
const NOTE_BYTES_MAX = 10 * 1024

async function runAnnotations(
  of: { policy: Policy; budget: Budget; notes: Map<string, string[]> },
  evaluation: Evaluation,
): Promise<void> {
  const { annotations, variables } = compiledPolicy(of.policy)
  for (const { key, value } of annotations) {
    const outcome = await run(value, evaluation, { variables, budget: of.budget })
    if (!('value' in outcome) || typeof outcome.value !== 'string') continue
    const text = Buffer.from(outcome.value).subarray(0, NOTE_BYTES_MAX).toString('utf8').trim()
    if (text !== '') of.notes.set(key, [...(of.notes.get(key) ?? []), text])
  }
}

function enforce(findings: readonly Finding[], attributes: AdmissionAttributes): void {
  const denied: Finding[] = []
  const failures: object[] = []
  for (const finding of findings) {
    const { policy, binding, message } = finding
    const actions = binding.spec.validationActions ?? []
    const name = policy.metadata.name ?? ''
    const bound = binding.metadata.name ?? ''
    if (actions.includes('Deny')) denied.push(finding)
    if (actions.includes('Warn')) {
      const who = `ValidatingAdmissionPolicy '${name}' with binding '${bound}'`
      attributes.warn(`Validation failed for ${who}: ${message}`)
    }
    if (actions.includes('Audit')) {
      const { index } = finding
      failures.push({
        message,
        policy: name,
        binding: bound,
        ...(index >= 0 && { expressionIndex: index }),
        validationActions: actions,
      })
    }
  }
  if (failures.length > 0) attributes.annotate(FAILURE_ANNOTATION, JSON.stringify(failures))
  const [first] = denied
  if (first) throw refusal(first, attributes)
}

const CODES = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
} as const

function refusal(finding: Finding, attributes: AdmissionAttributes): StatusError {
  const { policy, binding } = finding
  const message =
    `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding ` +
    `'${binding.metadata.name}' denied request: ${finding.message}`
  const error = forbidden(attributes, message)
  const reason = (finding.reason || 'Invalid') as keyof typeof CODES
  const details = { ...error.details, causes: [{ message }] }
  return new StatusError(CODES[reason] ?? CODES.Invalid, reason, error.message, { details })
}
