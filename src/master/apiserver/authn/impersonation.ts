import type { HttpRequest, HttpResponse } from '../../../base/index.ts'
import type { ResourceAttributes } from '../authz/attributes.ts'
import { type Authorizer, requireAllowed } from '../authz/authorizer.ts'
import { replyText } from '../respond.ts'
import {
  accountGroups,
  accountOf,
  ANONYMOUS_NAME,
  AUTHENTICATED,
  UNAUTHENTICATED,
  type User,
} from '../user.ts'
import { extraOf, valuesOf } from './request-header.ts'

/** One thing that somebody wants to be, as Go shows it in an error. */
interface Wish {
  readonly kind: 'ServiceAccount' | 'User' | 'Group' | 'UserExtra' | 'UID'
  readonly namespace?: string
  readonly name: string
  readonly apiVersion?: string
  readonly key?: string
}

const PREFIX = 'impersonate-'
const AUTHENTICATION = 'authentication.k8s.io/v1'

/** `answer`: the request cannot be understood, and this is what is said to it. */
export type Impersonated =
  | { readonly kind: 'user'; readonly user: User; readonly request: HttpRequest }
  | { readonly kind: 'answer'; readonly response: HttpResponse }

/**
 * Acts as another user when the headers say so and `user` may be that user (verb `impersonate`).
 * Throws 403 when not. The headers go no further.
 */
export async function impersonate(
  request: HttpRequest,
  path: string,
  options: { user: User; authorizer: Authorizer },
): Promise<Impersonated> {
  const { headers, signal } = request
  if (!Object.keys(headers).some((name) => name.startsWith(PREFIX))) {
    return { kind: 'user', user: options.user, request }
  }
  const wishes = wishesOf(headers)
  const wanted = wishes.find(({ kind }) => kind === 'User' || kind === 'ServiceAccount')
  if (wishes.length > 0 && !wanted) {
    const shown = `[${wishes.map(showWish).join(' ')}]`
    const why = `requested ${shown} without impersonating a user`
    const text = `Internal Server Error: ${JSON.stringify(path)}: ${why}\n`
    return { kind: 'answer', response: replyText(500, text) }
  }
  for (const wish of wishes) {
    await requireAllowed(options.authorizer, attributesOf(wish, options.user), { signal })
  }
  const rest = Object.entries(headers).filter(([name]) => !name.startsWith(PREFIX))
  const next = { ...request, headers: Object.fromEntries(rest) }
  return { kind: 'user', user: wanted ? become(headers) : options.user, request: next }
}

function wishesOf(headers: HttpRequest['headers']): Wish[] {
  const name = headers[`${PREFIX}user`] ?? ''
  const account = accountOf(name)
  const uid = headers[`${PREFIX}uid`] ?? ''
  const wishes: Wish[] = []
  if (account) wishes.push({ kind: 'ServiceAccount', ...account })
  else if (name !== '') wishes.push({ kind: 'User', name })
  for (const group of valuesOf(headers, `${PREFIX}group`)) {
    wishes.push({ kind: 'Group', name: group })
  }
  for (const [key, values] of Object.entries(extraOf(headers, [`${PREFIX}extra-`]))) {
    for (const value of values) {
      wishes.push({ kind: 'UserExtra', name: value, apiVersion: AUTHENTICATION, key })
    }
  }
  if (uid !== '') wishes.push({ kind: 'UID', name: uid, apiVersion: AUTHENTICATION })
  return wishes
}

/** Go's `%v` of an object reference. */
function showWish({ kind, namespace = '', name, apiVersion = '', key = '' }: Wish): string {
  return `{${[kind, namespace, name, '', apiVersion, '', key].join(' ')}}`
}

const RESOURCES: Readonly<Record<Wish['kind'], string>> = {
  ServiceAccount: 'serviceaccounts',
  User: 'users',
  Group: 'groups',
  UserExtra: 'userextras',
  UID: 'uids',
}

function attributesOf(wish: Wish, user: User): ResourceAttributes {
  const [group, version] = wish.apiVersion ? wish.apiVersion.split('/') : ['', 'v1']
  return {
    kind: 'resource',
    user,
    verb: 'impersonate',
    group: group ?? '',
    version: version ?? '',
    resource: RESOURCES[wish.kind],
    subresource: wish.key ?? '',
    namespace: wish.namespace ?? '',
    name: wish.name,
  }
}

function become(headers: HttpRequest['headers']): User {
  const name = headers[`${PREFIX}user`] ?? ''
  const account = accountOf(name)
  const given = valuesOf(headers, `${PREFIX}group`)
  const groups = given.length === 0 && account ? accountGroups(account.namespace) : given
  // Whoever is somebody is among those who are known, and nobody among those who are not.
  const isKnown = name !== ANONYMOUS_NAME
  const said = groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED)
  const all = said ? groups : [...groups, isKnown ? AUTHENTICATED : UNAUTHENTICATED]
  const uid = headers[`${PREFIX}uid`] ?? ''
  const extra = extraOf(headers, [`${PREFIX}extra-`])
  return {
    name,
    groups: all,
    ...(uid !== '' && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}
