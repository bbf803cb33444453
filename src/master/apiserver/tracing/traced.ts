import type { HttpsCall } from '../../../base/index.ts'
import type { Kv } from '../../../kv/index.ts'
import type { Admission } from '../admission/index.ts'
import type { SubresourceHandler } from '../subresources/index.ts'
import { passedOn } from '../passed-on.ts'
import { SPAN_KIND } from './span.ts'
import { type Tracer, UNTRACED } from './tracer.ts'

const CLIENT = { kind: SPAN_KIND.client }

/** A store each of whose calls is a span of the request that makes it. */
export function tracedKv(kv: Kv, tracer: Tracer): Kv {
  if (tracer === UNTRACED) return kv
  const span = <T>(name: string, key: string, work: () => Promise<T>) =>
    tracer.span(`store ${name}`, work, { ...CLIENT, attributes: { 'db.key': key } })
  return {
    ...passedOn(kv),
    currentRevision: (options) =>
      tracer.span('store current revision', () => kv.currentRevision(options), CLIENT),
    get: (key, options) => span('get', key, () => kv.get(key, options)),
    list: (prefix, options) => span('list', prefix, () => kv.list(prefix, options)),
    create: (key, ...rest) => span('create', key, () => kv.create(key, ...rest)),
    update: (key, ...rest) => span('update', key, () => kv.update(key, ...rest)),
    delete: (key, ...rest) => span('delete', key, () => kv.delete(key, ...rest)),
    watch: (prefix, options) => kv.watch(prefix, options),
  }
}

export function tracedAdmission(admission: Admission, tracer: Tracer): Admission {
  if (tracer === UNTRACED) return admission
  return {
    admit: (attributes) => tracer.span('admission, mutating', () => admission.admit(attributes)),
    validate: (attributes) =>
      tracer.span('admission, validating', () => admission.validate(attributes)),
  }
}

/** Requests to webhooks and extension API servers tell these of which trace they are a part. */
export function tracedCall(call: HttpsCall | undefined, tracer: Tracer): HttpsCall | undefined {
  if (tracer === UNTRACED || !call) return call
  return (target, request) =>
    tracer.span(
      `${request.method} ${target.serverName ?? target.host}`,
      () => {
        const traceparent = tracer.traceParent()
        const headers = { ...request.headers, ...(traceparent !== undefined && { traceparent }) }
        return call(target, { ...request, headers })
      },
      CLIENT,
    )
}

/** What is done with a resource, by its verb. */
export function tracedVerb(handler: SubresourceHandler, tracer: Tracer): SubresourceHandler {
  if (tracer === UNTRACED) return handler
  return (exchange) => {
    const { verb, plural, subresource } = exchange.at
    const name = `${verb} ${plural}${subresource && `/${subresource}`}`
    return tracer.span(name, () => handler(exchange))
  }
}
