export type LabelOperator = 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | '>' | '<'

export interface Requirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

/** Whether labels satisfy every requirement. */
export function matchesRequirements(
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>>,
): boolean {
  return requirements.every((requirement) => matchesOne(requirement, labels))
}

function matchesOne(
  { key, operator, values }: Requirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'in':
    case '=':
      return value !== undefined && values.includes(value)
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '>':
    case '<':
      return value !== undefined && compares(value, operator, values[0] ?? '')
  }
}

function compares(value: string, operator: '>' | '<', bound: string): boolean {
  if (!/^[+-]?\d+$/.test(value) || !/^[+-]?\d+$/.test(bound)) return false
  const [left, right] = [BigInt(value), BigInt(bound)]
  return operator === '>' ? left > right : left < right
}
