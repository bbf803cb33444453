import {
  type FieldError,
  forbidden,
  invalid,
  labelValueErrors,
  parseFieldSelector,
  parseSelector,
  qualifiedNameErrors,
  required,
  type ResourceAttributes,
} from '../../../api/index.ts'

const PATH = 'spec.resourceAttributes'

interface Requirement {
  readonly key?: string
  readonly operator?: string
  readonly values?: readonly string[]
}

interface Selector {
  readonly rawSelector?: string
  readonly requirements?: readonly Requirement[]
}

/** What is wrong with the selectors of a question about a resource. */
export function validateSelectors(about: ResourceAttributes): FieldError[] {
  return [
    ...validateSelector(about.fieldSelector, `${PATH}.fieldSelector`, fieldFaults),
    ...validateSelector(about.labelSelector, `${PATH}.labelSelector`, labelFaults),
  ]
}

function validateSelector(
  selector: Selector | undefined,
  path: string,
  faults: (requirement: Requirement, path: string) => FieldError[],
): FieldError[] {
  if (!selector) return []
  const { rawSelector = '', requirements = [] } = selector
  const errors: FieldError[] = []
  if (rawSelector !== '' && requirements.length > 0) {
    const why = 'may not specified at the same time as requirements'
    errors.push(invalid(`${path}.rawSelector`, rawSelector, why))
  }
  if (rawSelector === '' && requirements.length === 0) {
    const why = `when ${path} is specified, requirements or rawSelector is required`
    errors.push(required(`${path}.requirements`, why))
  }
  for (const [i, requirement] of requirements.entries()) {
    errors.push(...faults(requirement, `${path}.requirements[${i}]`))
  }
  return errors
}

function fieldFaults(requirement: Requirement, path: string): FieldError[] {
  const named = requirement.key ? [] : [required(`${path}.key`, 'must be specified')]
  return [...named, ...valueCounts(requirement, path)]
}

function labelFaults(requirement: Requirement, path: string): FieldError[] {
  const { key = '', values = [] } = requirement
  return [
    ...valueCounts(requirement, path),
    ...qualifiedNameErrors(key).map((why) => invalid(`${path}.key`, key, why)),
    ...values.flatMap((value, i) =>
      labelValueErrors(value).map((why) => invalid(`${path}.values[${i}]`, value, why)),
    ),
  ]
}

// Operators that nobody here knows are let through: who asks may be newer.
function valueCounts({ operator = '', values = [] }: Requirement, path: string): FieldError[] {
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    const why = "must be specified when `operator` is 'In' or 'NotIn'"
    return [required(`${path}.values`, why)]
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    return [forbidden(`${path}.values`, why)]
  }
  return []
}

/** What could not be looked at, beside what an authorizer says: selectors that make no sense. */
export function evaluationError(
  error: string | undefined,
  about: ResourceAttributes | undefined,
): string | undefined {
  const texts = error === undefined ? [] : [error]
  const tell = (name: string, selector: Selector | undefined, kind: Kind) => {
    const ignored = selector && ignoredOf(selector, kind)
    if (ignored) texts.push(`${PATH}.${name} ${ignored} due to parse error`)
  }
  tell('fieldSelector', about?.fieldSelector, FIELDS)
  tell('labelSelector', about?.labelSelector, LABELS)
  return texts.length === 0 ? undefined : texts.join('; ')
}

interface Kind {
  readonly parses: (text: string) => boolean
  readonly holds: (requirement: Requirement) => boolean
}

function ignoredOf({ rawSelector = '', requirements = [] }: Selector, kind: Kind) {
  if (requirements.length === 0) return kind.parses(rawSelector) ? undefined : 'ignored'
  const good = requirements.filter(kind.holds).length
  if (good === requirements.length) return undefined
  return good > 0 ? 'partially ignored' : 'ignored'
}

const FIELDS: Kind = {
  parses: (text) => succeeds(() => parseFieldSelector(text)),
  holds: ({ operator = '', values = [] }) =>
    values.length === 1 && (operator === 'In' || operator === 'NotIn'),
}

const LABELS: Kind = {
  parses: (text) => succeeds(() => parseSelector(text)),
  holds: ({ operator = '' }) => ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator),
}

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
