import type { HttpResponse } from '../../base/index.ts'
import type { Route } from './handler.ts'
import type { RequestInfo } from './request-info.ts'
import type { Stores } from './resource-route.ts'
import { qualified } from './status.ts'

/** Counts what was asked and answered, for `/metrics` (names as in kube-apiserver). */
export class RequestMetrics {
  readonly #counts = new Map<string, number>()

  count(info: RequestInfo, code: number): void {
    const { resource } = info
    const labels = resource
      ? {
          code: String(code),
          group: resource.group,
          resource: resource.plural,
          subresource: resource.subresource,
          verb: resource.verb.toUpperCase(),
          version: resource.version,
        }
      : {
          code: String(code),
          group: '',
          resource: '',
          subresource: '',
          verb: info.method,
          version: '',
        }
    // Paths of nobody would make a label of whatever somebody sends.
    if (code === 404 && resource) labels.resource = ''
    const key = format(labels)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  lines(): string[] {
    const name = 'apiserver_request_total'
    const samples = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))
    return [
      `# HELP ${name} Requests by verb, resource and status code.`,
      `# TYPE ${name} counter`,
      ...samples.map(([labels, count]) => `${name}${labels} ${count}`),
    ]
  }
}

/** `/metrics` in Prometheus' text format. */
export function metricsRoute(requests: RequestMetrics, stores: Stores): Route {
  return ({ info }) => {
    if (info.path !== '/metrics') return Promise.resolve(undefined)
    const text = [...requests.lines(), ...objectLines(stores)].join('\n')
    const headers = {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    }
    const response: HttpResponse = { status: 200, headers, body: Buffer.from(`${text}\n`) }
    return Promise.resolve(response)
  }
}

function objectLines(stores: Stores): string[] {
  const name = 'apiserver_storage_objects'
  const lines = [...stores.all()].map(({ resource, cache }) => {
    return `${name}${format({ resource: qualified(resource) })} ${cache.size}`
  })
  const help = `# HELP ${name} Stored objects by resource.`
  return [help, `# TYPE ${name} gauge`, ...lines.sort()]
}

function format(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')
    return `${name}="${escaped}"`
  })
  return `{${pairs.join(',')}}`
}
