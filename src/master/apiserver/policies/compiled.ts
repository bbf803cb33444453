import type { DeepReadonly } from '../../../base/index.ts'
import { T } from '../../../api/cel/index.ts'
import {
  admissionVariables,
  type Compiled,
  compileFor,
  type CompiledVariable,
  compileVariables,
  type CelVariables,
  type MatchCondition,
  type MutatingAdmissionPolicy,
  mutationStruct,
  mutationType,
  type Program,
  type ValidatingAdmissionPolicy,
  type Variable,
} from '../../../api/index.ts'

interface Head {
  readonly variables: readonly CompiledVariable[]
  readonly conditions: readonly { readonly name: string; readonly program: Program | string }[]
}

export interface CompiledPolicy extends Head {
  readonly validations: readonly {
    readonly expression: Compiled
    readonly message: Compiled | undefined
  }[]
  readonly annotations: readonly { readonly key: string; readonly value: Compiled }[]
}

export interface CompiledMutatingPolicy extends Head {
  readonly mutations: readonly { readonly patchType: string; readonly expression: Compiled }[]
}

/** Makes something of a policy once, as long as it is the same. */
function remembered<P extends object, C>(make: (policy: P) => C): (policy: P) => C {
  const known = new WeakMap<P, C>()
  return (policy) => {
    let compiled = known.get(policy)
    if (compiled === undefined) {
      compiled = make(policy)
      known.set(policy, compiled)
    }
    return compiled
  }
}

export const compiledPolicy: (policy: DeepReadonly<ValidatingAdmissionPolicy>) => CompiledPolicy =
  remembered(({ spec }) => {
    const { head, scope } = headOf(spec)
    const compile = (expression: string, types: Parameters<typeof compileFor>[1]['types']) =>
      compileFor(expression, { variables: scope, types })
    return {
      ...head,
      validations: (spec.validations ?? []).map((validation) => ({
        expression: compile(validation.expression, [T.bool]),
        message: validation.messageExpression
          ? compile(validation.messageExpression, [T.string])
          : undefined,
      })),
      annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
        key,
        value: compile(valueExpression, [T.string, T.null]),
      })),
    }
  })

export const compiledMutatingPolicy: (
  policy: DeepReadonly<MutatingAdmissionPolicy>,
) => CompiledMutatingPolicy = remembered(({ spec }) => {
  const { head, scope } = headOf(spec, mutationStruct)
  const mutations = (spec.mutations ?? []).map((mutation) => {
    const of = mutation.patchType === 'JSONPatch' ? mutation.jsonPatch : mutation.applyConfiguration
    const options = { variables: scope, types: [mutationType(mutation)], struct: mutationStruct }
    return {
      patchType: mutation.patchType,
      expression: compileFor(of?.expression ?? '', options),
    }
  })
  return { ...head, mutations }
})

function headOf(
  spec: {
    readonly paramKind?: unknown
    readonly variables?: readonly DeepReadonly<Variable>[]
    readonly matchConditions?: readonly DeepReadonly<MatchCondition>[]
  },
  struct?: Parameters<typeof compileVariables>[2],
): { head: Head; scope: CelVariables } {
  const params = spec.paramKind !== undefined
  const base = admissionVariables({ params, namespaceObject: true })
  const { compiled, scope } = compileVariables(spec.variables ?? [], base, struct)
  return {
    head: { variables: compiled, conditions: compileConditions(spec.matchConditions ?? [], base) },
    scope,
  }
}

/** Conditions of a policy or webhook; a text where one cannot be compiled. */
export function compileConditions(
  conditions: readonly DeepReadonly<MatchCondition>[],
  variables: CelVariables,
): { name: string; program: Program | string }[] {
  return conditions.map(({ name, expression }) => {
    const { program, error } = compileFor(expression, { variables, types: [T.bool] })
    return { name, program: program ?? error }
  })
}
