import { hasReason, type HttpsCall } from '../../../base/index.ts'
import type { APIService, Endpoints, EndpointSlice, Service } from '../../../api/index.ts'
import { TargetError } from '../webhooks/index.ts'
import { ask, type Asking } from './ask.ts'
import { differs, LOCAL, no, setAvailable, type Verdict } from './condition.ts'
import type { ForeignApis } from './foreign-apis.ts'
import { API_SERVICES, type KnownService, targetOf } from './services.ts'

const HTTPS_PORT = 443
/** So long a server's answer is good. */
const RECHECK_MS = 5_000

export interface AvailabilityOptions extends Asking {
  readonly foreign: ForeignApis
  /** Absent: only what is served here is judged. */
  readonly call?: HttpsCall | undefined
}

/** Keeps the condition `Available` of APIServices. */
export class Availability {
  readonly #options: AvailabilityOptions
  /** What servers answered, by the UID of their APIService. */
  readonly #checked = new Map<string, { verdict: Verdict; atMs: number }>()

  constructor(options: AvailabilityOptions) {
    this.#options = options
  }

  /** Looks at each of them once; writes where something has changed. */
  async pass({ signal }: { signal: AbortSignal }): Promise<void> {
    const all = this.#options.lookup.list<APIService>(API_SERVICES)
    const uids = new Set(all.map(({ metadata }) => metadata.uid))
    for (const uid of this.#checked.keys()) if (!uids.has(uid)) this.#checked.delete(uid)
    const extensions = all.filter(({ spec }) => spec.service)
    this.#options.foreign.keep(new Set(extensions.map(({ metadata }) => metadata.name ?? '')))
    await Promise.all(all.map((service) => this.#keep(service, signal)))
  }

  async #keep(service: KnownService, signal: AbortSignal): Promise<void> {
    const store = this.#options.lookup.store(API_SERVICES)
    const verdict = service.spec.service ? await this.#judge(service, signal) : LOCAL
    if (!store || !verdict || !differs(service, verdict)) return
    const { name = '', uid = '' } = service.metadata
    await setAvailable(store, { name, uid, verdict, signal }).catch((error: unknown) => {
      // Gone, or another by now: the next pass sees it.
      if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error
    })
  }

  async #judge(service: KnownService, signal: AbortSignal): Promise<Verdict | undefined> {
    const { call } = this.#options
    if (!call) return undefined
    const { uid = '' } = service.metadata
    const missing = this.#missing(service)
    if (missing) {
      this.#checked.delete(uid)
      this.#options.foreign.note(service, undefined)
      return missing
    }
    const now = this.#options.clock.nowMs()
    const known = this.#checked.get(uid)
    if (known && now < known.atMs + RECHECK_MS) return known.verdict
    const verdict = await this.#discover(service, call, signal)
    this.#checked.set(uid, { verdict, atMs: now })
    return verdict
  }

  /** What the cluster lacks for it. */
  #missing(service: KnownService): Verdict | undefined {
    const { lookup } = this.#options
    const { name = '', namespace = '', port: wanted } = service.spec.service ?? {}
    const port = wanted ?? HTTPS_PORT
    const shown = `service/${name} in ${JSON.stringify(namespace)}`
    const at = { namespace, name }
    const found = lookup.cached<Service>({ group: '', plural: 'services' }, at)
    if (!found) return no('ServiceNotFound', `${shown} is not present`)
    if (found.spec?.type === 'ExternalName') return undefined
    const own = (found.spec?.ports ?? []).find((each) => each.port === port)
    if (!own) return no('ServicePortError', `${shown} is not listening on port ${port}`)
    const slices = lookup
      .list<EndpointSlice>({ group: 'discovery.k8s.io', plural: 'endpointslices' }, { namespace })
      .some(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    const endpoints = lookup.cached<Endpoints>({ group: '', plural: 'endpoints' }, at)
    if (!slices && !endpoints) {
      return no('EndpointsNotFound', `cannot find endpointslices for ${shown}`)
    }
    try {
      targetOf(this.#options, service)
      return undefined
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      const named = JSON.stringify(own.name ?? '')
      const why = `endpointslices for ${shown} have no addresses with port name ${named}`
      return no('MissingEndpoints', why)
    }
  }

  /** Whether its server answers for the version; what it answers is kept. */
  async #discover(service: KnownService, call: HttpsCall, signal: AbortSignal): Promise<Verdict> {
    const { foreign } = this.#options
    const { group = '', version = '' } = service.spec
    const path = `/apis/${group}/${version}`
    let url = path
    const failed = (why: string) => {
      foreign.note(service, undefined)
      const message = `failing or missing response from ${url}: ${why}`
      return no('FailedDiscoveryCheck', message)
    }
    try {
      const target = targetOf(this.#options, service)
      url = `https://${target.host}:${target.port}${path}`
      const of = { path, user: 'system:kube-aggregator', signal }
      const told = await ask({ ...this.#options, call }, service, of)
      if (told.status < 200 || told.status > 299) {
        return failed(`bad status from ${url}: ${told.status}`)
      }
      foreign.note(service, told)
      await foreign.refreshOpenApi(service, call, signal)
      return { status: 'True', reason: 'Passed', message: 'all checks passed' }
    } catch (error) {
      if (signal.aborted || !(error instanceof Error)) throw error
      return failed(error.message)
    }
  }
}
