import type { MatchCondition } from '../admissionregistration/index.ts'
import { T } from '../cel/index.ts'
import type { FieldError } from '../schema/index.ts'
import { duplicate, invalid, qualifiedNameErrors, required, tooMany } from '../validation/index.ts'
import { type CelVariables, compileFor } from './variables.ts'

const CONDITIONS_MAX = 64

/** Conditions in CEL under which a webhook or policy looks at a request at all. */
export function validateMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  path: string,
  variables: CelVariables,
): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  const all = conditions ?? []
  if (all.length > CONDITIONS_MAX) errors.push(tooMany(path, all.length, CONDITIONS_MAX))
  for (const [i, { name, expression }] of all.entries()) {
    const at = `${path}[${i}]`
    if ((expression ?? '').trim() === '') errors.push(required(`${at}.expression`))
    else {
      const { error } = compileFor(expression, { variables, types: [T.bool] })
      if (error !== undefined) errors.push(invalid(`${at}.expression`, expression, error))
    }
    if (!name) errors.push(required(`${at}.name`))
    else {
      for (const why of qualifiedNameErrors(name)) errors.push(invalid(`${at}.name`, name, why))
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
  }
  return errors
}
