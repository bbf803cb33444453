import { CelError } from '../errors.ts'
import { fn, method, type Overload, sig } from '../functions.ts'
import { type CelType, opaque, T } from '../types.ts'
import { type CelValue, Opaque } from '../values.ts'

export const AUTHORIZER: CelType = opaque('kubernetes.authorization.Authorizer')
const PATH = opaque('kubernetes.authorization.PathCheck')
const GROUP = opaque('kubernetes.authorization.GroupCheck')
export const RESOURCE_CHECK: CelType = opaque('kubernetes.authorization.ResourceCheck')
const DECISION = opaque('kubernetes.authorization.Decision')

/** May a user do this? What policies ask of the server's authorizer. */
export interface Question {
  /** Of a service account that is asked about instead of the user. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
  readonly path?: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly verb: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
}

export interface Answer {
  readonly allowed: boolean
  readonly reason: string
  /** The decision could not be made. */
  readonly error?: string
}

/** Answers at once: evaluation does not wait. */
export type Ask = (question: Question) => Answer

class Check extends Opaque {
  readonly typeName: string
  readonly ask: Ask
  readonly question: Omit<Question, 'verb'>
  constructor(typeName: string, ask: Ask, question: Omit<Question, 'verb'>) {
    super()
    this.typeName = typeName
    this.ask = ask
    this.question = question
  }
  equals(other: Opaque): boolean {
    return other === this
  }
}

class Decision extends Opaque {
  readonly typeName = 'kubernetes.authorization.Decision'
  readonly answer: Answer
  constructor(answer: Answer) {
    super()
    this.answer = answer
  }
  equals(other: Opaque): boolean {
    return other === this
  }
}

/** The variable `authorizer`. */
export function authorizerValue(ask: Ask): CelValue {
  return new Check('kubernetes.authorization.Authorizer', ask, {})
}

/** The variable `authorizer.requestResource`. */
export function resourceCheckValue(ask: Ask, question: Omit<Question, 'verb'>): CelValue {
  return new Check('kubernetes.authorization.ResourceCheck', ask, question)
}

/** What one check costs, in units of cost (upstream's figure: it may go to a webhook). */
const CHECK_COST = { cost: () => 350_000 }

/** Kubernetes' library for authorization checks. */
export function authorization(): Overload[] {
  const to = (type: CelType, extend: (args: readonly CelValue[]) => Omit<Question, 'verb'>) => {
    return (args: readonly CelValue[]): CelValue => {
      const [check] = args
      if (!(check instanceof Check) || type.kind !== 'opaque')
        throw new CelError('no such overload')
      return new Check(type.name, check.ask, { ...check.question, ...extend(args) })
    }
  }
  const narrow = (name: 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector') =>
    method(
      name,
      sig([RESOURCE_CHECK, T.string], RESOURCE_CHECK),
      to(RESOURCE_CHECK, ([, value]) => {
        return { [name]: value as string }
      }),
    )
  const decide = ([check, verb]: readonly CelValue[]): CelValue => {
    if (!(check instanceof Check)) throw new CelError('no such overload')
    if (verb === '' && check.question.path !== undefined) return new Decision(NO)
    return new Decision(check.ask({ ...check.question, verb: verb as string }))
  }
  return [
    method(
      'path',
      sig([AUTHORIZER, T.string], PATH),
      to(PATH, ([, path]) => {
        if (path === '') throw new CelError('path must not be empty')
        return { path: path as string }
      }),
    ),
    method(
      'group',
      sig([AUTHORIZER, T.string], GROUP),
      to(GROUP, ([, group]) => {
        return { group: group as string }
      }),
    ),
    method(
      'serviceAccount',
      sig([AUTHORIZER, T.string, T.string], AUTHORIZER),
      to(AUTHORIZER, ([, namespace, name]) => {
        return { serviceAccount: { namespace: namespace as string, name: name as string } }
      }),
    ),
    method(
      'resource',
      sig([GROUP, T.string], RESOURCE_CHECK),
      to(RESOURCE_CHECK, ([, plural]) => {
        return { resource: plural as string }
      }),
    ),
    narrow('subresource'),
    narrow('namespace'),
    narrow('name'),
    narrow('fieldSelector'),
    narrow('labelSelector'),
    method('check', sig([PATH, T.string], DECISION), decide, CHECK_COST),
    method('check', sig([RESOURCE_CHECK, T.string], DECISION), decide, CHECK_COST),
    ...decisions(),
  ]
}

const NO: Answer = { allowed: false, reason: '' }

function decisions(): Overload[] {
  const answerOf = (value: CelValue | undefined): Answer => {
    if (value instanceof Decision) return value.answer
    throw new CelError('no such overload')
  }
  return [
    method('allowed', sig([DECISION], T.bool), ([d]) => answerOf(d).allowed),
    method('reason', sig([DECISION], T.string), ([d]) => answerOf(d).reason),
    method('errored', sig([DECISION], T.bool), ([d]) => answerOf(d).error !== undefined),
    method('error', sig([DECISION], T.string), ([d]) => answerOf(d).error ?? ''),
  ]
}

/** `jsonpatch.escapeKey("a/b")` is `a~1b` (RFC 6901). */
export function jsonPatchKeys(): Overload[] {
  return [
    fn('jsonpatch.escapeKey', sig([T.string], T.string), ([key]) => {
      return (key as string).replaceAll('~', '~0').replaceAll('/', '~1')
    }),
  ]
}
