import type {
  MatchResources,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../admissionregistration/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  dns1123SubdomainErrors,
  duplicate,
  forbidden,
  goStrings,
  invalid,
  notSupported,
  required,
  validateLabelSelector,
} from '../validation/index.ts'
import { defaultMatchResources } from './defaults.ts'
import { segmentErrors, validateMatchResources } from './rules.ts'

const ACTIONS = ['Audit', 'Deny', 'Warn']

interface AnyBinding {
  readonly spec: {
    readonly policyName?: string
    readonly paramRef?: ParamRef
    readonly matchResources?: MatchResources
  }
}

export function defaultPolicyBinding({ spec }: AnyBinding): void {
  defaultMatchResources(spec.matchResources)
}

/** What may be wrong with the binding of any policy. */
export function validateBinding({ spec }: AnyBinding): FieldError[] {
  const errors: FieldError[] = []
  const { policyName = '' } = spec
  if (policyName === '') errors.push(required('spec.policyName'))
  for (const why of policyName === '' ? [] : dns1123SubdomainErrors(policyName)) {
    errors.push(invalid('spec.policyName', policyName, why))
  }
  if (spec.paramRef) errors.push(...validateParamRef(spec.paramRef, 'spec.paramRef'))
  return [...errors, ...validateMatchResources(spec.matchResources, 'spec.matchResources')]
}

export function validateValidatingBinding(binding: ValidatingAdmissionPolicyBinding): FieldError[] {
  const actions = binding.spec.validationActions ?? []
  return [...validateBinding(binding), ...validateActions(actions, 'spec.validationActions')]
}

function validateParamRef(ref: ParamRef, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { name = '', selector, parameterNotFoundAction } = ref
  const both = 'name and selector are mutually exclusive'
  if (name !== '') {
    for (const why of segmentErrors(name)) errors.push(invalid(`${path}.name`, name, why))
    if (selector) errors.push(forbidden(`${path}.name`, both))
  }
  if (selector) {
    errors.push(...validateLabelSelector(selector, `${path}.selector`))
    if (name !== '') errors.push(forbidden(`${path}.selector`, both))
  }
  if (name === '' && !selector) {
    errors.push(required(path, 'one of name or selector must be specified'))
  }
  const at = `${path}.parameterNotFoundAction`
  if (!parameterNotFoundAction) errors.push(required(at))
  else if (parameterNotFoundAction !== 'Allow' && parameterNotFoundAction !== 'Deny') {
    errors.push(notSupported(at, parameterNotFoundAction, ['Deny', 'Allow']))
  }
  return errors
}

function validateActions(actions: readonly string[], path: string): FieldError[] {
  if (actions.length === 0) {
    return [required(path, 'at least one validation action is required')]
  }
  const errors: FieldError[] = []
  for (const [i, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}[${i}]`, action, ACTIONS))
    if (actions.indexOf(action) < i) errors.push(duplicate(`${path}[${i}]`, action))
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information ' +
      'in the API response and headers serves no purpose)'
    errors.push(invalid(path, goStrings(actions, 'admissionregistration.ValidationAction'), why))
  }
  return errors
}
