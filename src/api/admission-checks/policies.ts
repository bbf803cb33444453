import type {
  AuditAnnotation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
} from '../admissionregistration/index.ts'
import { type CelType, T } from '../cel/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  cIdentifierErrors,
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  invalid,
  notSupported,
  qualifiedNameErrors,
  required,
} from '../validation/index.ts'
import { validateMatchConditions } from './conditions.ts'
import { defaultMatchResources } from './defaults.ts'
import { FAILURE_POLICIES, validateMatchResources } from './rules.ts'
import {
  admissionVariables,
  type CelVariables,
  compileFor,
  type CompiledVariable,
  compileVariables,
} from './variables.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
/** Words that CEL keeps for itself. */
const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package ' +
    'namespace return var void while'
  ).split(' '),
)
const ANNOTATIONS_MAX = 20
const VALUE_BYTES_MAX = 5 * 1024

export function defaultPolicy(policy: {
  spec: Pick<ValidatingAdmissionPolicy['spec'], 'failurePolicy' | 'matchConstraints'>
}): void {
  policy.spec.failurePolicy ??= 'Fail'
  defaultMatchResources(policy.spec.matchConstraints)
}

/** What may be wrong with a ValidatingAdmissionPolicy. */
export function validatePolicy({ metadata, spec }: ValidatingAdmissionPolicy): FieldError[] {
  const { scope, errors } = validatePolicyHead(spec)
  const validations = spec.validations ?? []
  const annotations = spec.auditAnnotations ?? []
  if (validations.length === 0 && annotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item'
    errors.push(required('spec.validations', why), required('spec.auditAnnotations', why))
    return errors
  }
  for (const [i, validation] of validations.entries()) {
    errors.push(...validateValidation(validation, `spec.validations[${i}]`, scope))
  }
  return [...errors, ...validateAnnotations(annotations, metadata.name ?? '', scope)]
}

/** What both kinds of policies begin with; and what the expressions behind it may speak of. */
export function validatePolicyHead(
  spec: Pick<
    ValidatingAdmissionPolicy['spec'],
    'failurePolicy' | 'matchConditions' | 'matchConstraints' | 'paramKind' | 'variables'
  >,
  struct?: Parameters<typeof compileVariables>[2],
): { scope: CelVariables; errors: FieldError[] } {
  const errors: FieldError[] = []
  const { failurePolicy, paramKind, matchConstraints } = spec
  if (failurePolicy === undefined) errors.push(required('spec.failurePolicy'))
  else if (!FAILURE_POLICIES.includes(failurePolicy)) {
    errors.push(notSupported('spec.failurePolicy', failurePolicy, FAILURE_POLICIES))
  }
  if (paramKind) errors.push(...validateParamKind(paramKind))
  if (!matchConstraints) errors.push(required('spec.matchConstraints'))
  else {
    errors.push(...validateMatchResources(matchConstraints, 'spec.matchConstraints'))
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      errors.push(required('spec.matchConstraints.resourceRules'))
    }
  }
  const params = paramKind !== undefined
  const base = admissionVariables({ params, namespaceObject: true })
  const conditions = spec.matchConditions
  errors.push(...validateMatchConditions(conditions, 'spec.matchConditions', base))
  const variables = spec.variables ?? []
  const { compiled, scope } = compileVariables(variables, base, struct)
  errors.push(...validateVariables(variables, compiled))
  return { scope, errors }
}

function validateVariables(
  variables: readonly { name: string; expression: string }[],
  compiled: readonly CompiledVariable[],
): FieldError[] {
  const errors: FieldError[] = []
  for (const [i, { name, expression }] of variables.entries()) {
    const path = `spec.variables[${i}]`
    if (!name?.trim()) errors.push(required(`${path}.name`, 'name is not specified'))
    else if (cIdentifierErrors(name).length > 0 || RESERVED.has(name)) {
      errors.push(invalid(`${path}.name`, name, 'name is not a valid CEL identifier'))
    }
    if (!expression?.trim()) {
      errors.push(required(`${path}.expression`, 'expression is not specified'))
      continue
    }
    const error = compiled[i]?.compiled.error
    if (error !== undefined) errors.push(invalid(`${path}.expression`, expression, error))
  }
  return errors
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind): FieldError[] {
  const path = 'spec.paramKind'
  const errors: FieldError[] = []
  if (apiVersion === '') errors.push(required(`${path}.apiVersion`))
  else {
    const parts = apiVersion.split('/')
    const [group, version] = parts.length === 2 ? parts : ['', parts[0]]
    if (parts.length > 2) {
      const why = `unexpected GroupVersion string: ${apiVersion}`
      errors.push(invalid(`${path}.apiVersion`, apiVersion, why))
    } else {
      const faults = group ? dns1123SubdomainErrors(group) : []
      if (faults.length > 0) errors.push(invalid(`${path}.apiVersion`, group, faults.join(',')))
      const wrong = dns1035LabelErrors(version ?? '')
      if (wrong.length > 0) errors.push(invalid(`${path}.apiVersion`, version, wrong.join(',')))
    }
  }
  if (kind === '') errors.push(required(`${path}.kind`))
  else {
    const faults = dns1035LabelErrors(kind.toLowerCase())
    const why = `may have mixed case, but should otherwise match: ${faults.join(',')}`
    if (faults.length > 0) errors.push(invalid(`${path}.kind`, kind, why))
  }
  return errors
}

/** A fault of an expression that must be of certain types. */
export function expressionErrors(
  expression: string,
  path: string,
  of: { variables: CelVariables; types: readonly CelType[] },
): FieldError[] {
  const { error } = compileFor(expression, of)
  return error === undefined ? [] : [invalid(path, expression, error)]
}

function validateValidation(of: Validation, path: string, scope: CelVariables): FieldError[] {
  const errors: FieldError[] = []
  const { expression, message = '', messageExpression = '', reason } = of
  if (expression.trim() === '') {
    errors.push(required(`${path}.expression`, 'expression is not specified'))
  } else {
    const on = { variables: scope, types: [T.bool] }
    errors.push(...expressionErrors(expression, `${path}.expression`, on))
  }
  const at = `${path}.messageExpression`
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(invalid(at, messageExpression, 'must be non-empty if specified'))
  } else if (messageExpression !== '') {
    const on = { variables: scope, types: [T.string] }
    errors.push(...expressionErrors(messageExpression, at, on))
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'))
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'))
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, REASONS))
  }
  return errors
}

function validateAnnotations(
  annotations: readonly AuditAnnotation[],
  policy: string,
  scope: CelVariables,
): FieldError[] {
  const errors: FieldError[] = []
  if (annotations.length > ANNOTATIONS_MAX) {
    const why = `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`
    errors.push(invalid('spec.auditAnnotations', annotations.length, why))
  }
  const keys = new Set<string>()
  for (const [i, { key = '', valueExpression = '' }] of annotations.entries()) {
    const path = `spec.auditAnnotations[${i}]`
    const name = `${policy}/${key}`
    if (policy === '') {
      errors.push(invalid(`${path}.key`, key, 'requires metadata.name be non-empty'))
    } else {
      for (const why of qualifiedNameErrors(name)) errors.push(invalid(`${path}.key`, name, why))
    }
    if (valueExpression.trim() === '') {
      errors.push(required(`${path}.valueExpression`, 'valueExpression is not specified'))
    } else if (Buffer.byteLength(valueExpression.trim()) > VALUE_BYTES_MAX) {
      const why = `must not exceed ${VALUE_BYTES_MAX} bytes in length`
      errors.push(required(`${path}.valueExpression`, why))
    } else {
      const on = { variables: scope, types: [T.string, T.null] }
      errors.push(...expressionErrors(valueExpression, `${path}.valueExpression`, on))
    }
    if (keys.has(key)) errors.push(duplicate(`${path}.key`, key))
    keys.add(key)
  }
  return errors
}
