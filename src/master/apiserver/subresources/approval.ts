import type { CertificateSigningRequest } from '../../../api/index.ts'
import { validateCertificateSigningRequestUpdate } from '../../../api/index.ts'
import { type Store, timestamp } from '../registry/store.ts'
import { statusRules, type UpdateRules } from '../registry/update.ts'
import { get, patch, update } from '../resource-handler.ts'
import { statusErrors } from '../status.ts'
import type { Subresource } from './router.ts'

/** `approval` of a certificate signing request: its conditions, and nothing else of it. */
export const approval: Subresource = (store) => (exchange) =>
  change(store, exchange, {
    subresource: 'approval',
    prepare(object, old) {
      const now = object as CertificateSigningRequest
      const was = structuredClone(old as CertificateSigningRequest)
      const { conditions } = now.status
      Object.assign(now, { spec: was.spec, status: was.status })
      if (conditions) now.status.conditions = conditions
      else delete now.status.conditions
      stampConditions(store, now, was)
    },
    validate: (object, old) =>
      validateCertificateSigningRequestUpdate(
        object as CertificateSigningRequest,
        old as CertificateSigningRequest,
        'approval',
      ),
  })

/** `status` of a certificate signing request: the certificate, and that signing failed. */
export const requestStatus: Subresource = (store) => (exchange) => {
  const rules = statusRules(store)
  return change(store, exchange, {
    ...rules,
    prepare(object, old) {
      rules.prepare(object, old)
      const now = object as CertificateSigningRequest
      keepAnswers(now, old as CertificateSigningRequest)
      stampConditions(store, now, old as CertificateSigningRequest)
    },
  })
}

function change(
  store: Store,
  exchange: Parameters<ReturnType<Subresource>>[0],
  rules: UpdateRules,
): ReturnType<ReturnType<Subresource>> {
  switch (exchange.at.verb) {
    case 'get':
      return get(store, exchange)
    case 'update':
      return update(store, exchange, rules)
    case 'patch':
      return patch(store, exchange, rules)
    default:
      return Promise.reject(statusErrors.methodNotAllowed())
  }
}

const ANSWERS = ['Approved', 'Denied']

/** Conditions that only an approval changes stay as they are, unless one is added or taken. */
function keepAnswers(now: CertificateSigningRequest, old: CertificateSigningRequest): void {
  for (const type of ANSWERS) {
    const known = (old.status?.conditions ?? []).find((each) => each.type === type)
    const given = (now.status.conditions ?? []).find((each) => each.type === type)
    if (known && given) Object.assign(given, known)
  }
}

function stampConditions(
  store: Store,
  now: CertificateSigningRequest,
  old: CertificateSigningRequest,
): void {
  const time = timestamp(store.clock.nowMs())
  for (const condition of now.status.conditions ?? []) {
    condition.lastUpdateTime ||= time
    const same = (old.status?.conditions ?? []).find(
      (each) => each.type === condition.type && each.status === condition.status,
    )
    condition.lastTransitionTime ||= same?.lastTransitionTime || time
  }
}
