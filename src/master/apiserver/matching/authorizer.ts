import {
  type Answer,
  authorizerValue,
  type Question,
  resourceCheckValue,
} from '../../../api/cel/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Attributes } from '../authz/attributes.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import { accountGroups, accountName, AUTHENTICATED, type User } from '../user.ts'
import type { Values } from './conditions.ts'

/** A question that has to be asked before an expression can go on. */
class Unanswered extends Error {
  readonly key: string
  readonly question: Question
  constructor(key: string, question: Question) {
    super('a question to the authorizer is open')
    this.key = key
    this.question = question
  }
}

/**
 * The authorizer as expressions see it. They do not wait, and it may have to: what they ask is
 * remembered, and an evaluation that ran into an open question is made again once it is answered.
 */
export class Permissions {
  readonly values: Values
  readonly #attributes: AdmissionAttributes
  readonly #authorizer: Authorizer
  readonly #answers = new Map<string, Answer>()

  constructor(attributes: AdmissionAttributes, authorizer: Authorizer) {
    this.#attributes = attributes
    this.#authorizer = authorizer
    const ask = (question: Question): Answer => {
      const key = JSON.stringify(question, Object.keys(question).sort())
      const answer = this.#answers.get(key)
      if (answer) return answer
      throw new Unanswered(key, question)
    }
    const { resource, subresource, namespace, name } = attributes
    const own = {
      group: resource.group,
      resource: resource.plural,
      ...(subresource !== '' && { subresource }),
      ...(namespace !== '' && { namespace }),
      ...(name !== '' && { name }),
    }
    this.values = {
      authorizer: authorizerValue(ask),
      'authorizer.requestResource': resourceCheckValue(ask, own),
    }
  }

  /** Runs an evaluation, and answers what it asks. */
  async settle<T>(evaluate: () => T): Promise<T> {
    for (;;) {
      try {
        return evaluate()
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        this.#answers.set(error.key, await this.#answer(error.question))
      }
    }
  }

  async #answer(question: Question): Promise<Answer> {
    const { signal } = this.#attributes
    const user = userOf(question, this.#attributes.user)
    const decision = await this.#authorizer.authorize(toAttributes(question, user), { signal })
    const { reason, error } = decision
    return { allowed: decision.kind === 'allow', reason, ...(error !== undefined && { error }) }
  }
}

function userOf({ serviceAccount }: Question, user: User): User {
  if (!serviceAccount) return user
  const groups = [...accountGroups(serviceAccount.namespace), AUTHENTICATED]
  return { name: accountName(serviceAccount), groups }
}

function toAttributes(question: Question, user: User): Attributes {
  const { verb, path, group = '', resource = '', subresource = '' } = question
  if (path !== undefined) return { kind: 'path', user, verb, path }
  const { namespace = '', name = '' } = question
  return {
    kind: 'resource',
    user,
    verb,
    group,
    version: '*',
    resource,
    subresource,
    namespace,
    name,
  }
}
