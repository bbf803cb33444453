import type { MutatingAdmissionPolicy, Mutation } from '../admissionregistration/index.ts'
import { type CelType, type ObjectField, type ObjectType, T } from '../cel/index.ts'
import type { FieldError } from '../schema/index.ts'
import { invalid, notSupported, required } from '../validation/index.ts'
import { defaultPolicy, validatePolicyHead } from './policies.ts'
import { type CelVariables, compileFor } from './variables.ts'

const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch']
const REINVOCATION = ['IfNeeded', 'Never']

/** Fields whose names nobody knows: what configurations are made of. */
class AnyFields extends Map<string, ObjectField> {
  override get(name: string): ObjectField {
    return { type: T.dyn, json: name }
  }
}

const PATCH_FIELDS = new Map<string, ObjectField>(
  ['op', 'path', 'from'].map((name) => [name, { type: T.string, json: name }] as const),
).set('value', { type: T.dyn, json: 'value' })
const PATCH: ObjectType = { kind: 'object', name: 'JSONPatch', fields: PATCH_FIELDS }

/** Types of the objects that mutations make: `Object`, `Object.spec`, …, and `JSONPatch`. */
export function mutationStruct(name: string): ObjectType | undefined {
  if (name === 'JSONPatch') return PATCH
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined
  return { kind: 'object', name, fields: new AnyFields() }
}

/** Of which type a mutation's expression must be. */
export function mutationType(mutation: Mutation): CelType {
  if (mutation.patchType === 'JSONPatch') return { kind: 'list', item: PATCH }
  return { kind: 'object', name: 'Object', fields: new AnyFields() }
}

export function defaultMutatingPolicy(policy: MutatingAdmissionPolicy): void {
  defaultPolicy(policy)
  policy.spec.reinvocationPolicy ??= 'Never'
}

/** What may be wrong with a MutatingAdmissionPolicy. */
export function validateMutatingPolicy({ spec }: MutatingAdmissionPolicy): FieldError[] {
  const { scope, errors } = validatePolicyHead(spec, mutationStruct)
  const mutations = spec.mutations ?? []
  if (mutations.length === 0) {
    errors.push(required('spec.mutations', 'mutations must contain at least one item'))
  }
  for (const [i, mutation] of mutations.entries()) {
    errors.push(...validateMutation(mutation, `spec.mutations[${i}]`, scope))
  }
  const { reinvocationPolicy } = spec
  if (!reinvocationPolicy) errors.push(required('spec.reinvocationPolicy'))
  else if (!REINVOCATION.includes(reinvocationPolicy)) {
    errors.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION))
  }
  return errors
}

function validateMutation(mutation: Mutation, path: string, scope: CelVariables): FieldError[] {
  const { patchType, applyConfiguration, jsonPatch } = mutation
  if (!patchType) return [required(`${path}.patchType`)]
  if (!PATCH_TYPES.includes(patchType)) {
    return [notSupported(`${path}.patchType`, patchType, PATCH_TYPES)]
  }
  const name = patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration'
  const of = patchType === 'JSONPatch' ? jsonPatch : applyConfiguration
  if (!of) return [required(`${path}.${name}`, `must be specified when patchType is ${patchType}`)]
  const expression = of.expression ?? ''
  const at = `${path}.${name}.expression`
  if (expression.trim() === '') return [required(at, 'expression is not specified')]
  const { error } = compileFor(expression, {
    variables: scope,
    types: [mutationType(mutation)],
    struct: mutationStruct,
  })
  return error === undefined ? [] : [invalid(at, expression, error)]
}
