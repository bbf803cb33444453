import {
  type Clock,
  ConnectionError,
  type HttpResponse,
  type HttpsCall,
  type HttpsTarget,
  readBody,
  withTimeout,
} from '../../../base/index.ts'
import { type ServiceRef, type ServiceTargets, TargetError } from './target.ts'

/** Where a webhook is. */
export interface ClientConfig {
  readonly url?: string
  readonly service?: ServiceRef & { readonly path?: string }
  /** Base64 of PEM. */
  readonly caBundle?: string
}

/** A webhook that could not be asked, or answered what cannot be understood. */
export class WebhookError extends Error {}

/** Longest answer that is read, in bytes. */
const ANSWER_BYTES_MAX = 3 * 1024 * 1024

/** How the server of a webhook knows us: by its name, or `host:port` where the port is not 443. */
export type WebhookAccess = (server: string) =>
  | {
      readonly client?: HttpsTarget['client']
      /** A secret. */
      readonly authorization?: string
    }
  | undefined

export interface WebhookCallerOptions {
  /** Default: it does not. */
  readonly access?: WebhookAccess
  readonly call: HttpsCall
  readonly targets: ServiceTargets
  readonly clock: Clock
}

/** Asks webhooks: sends them a review, reads what they say. */
export class WebhookCaller {
  readonly #options: WebhookCallerOptions

  constructor(options: WebhookCallerOptions) {
    this.#options = options
  }

  /** The same, known by others. */
  with(access: WebhookAccess | undefined): WebhookCaller {
    return access ? new WebhookCaller({ ...this.#options, access }) : this
  }

  /** POSTs JSON and gives the JSON of the answer. Throws `WebhookError`. */
  async post(
    client: ClientConfig,
    review: object,
    options: { timeoutSeconds?: number; signal: AbortSignal },
  ): Promise<unknown> {
    const { timeoutSeconds, signal } = options
    const query = timeoutSeconds === undefined ? '' : `?timeout=${timeoutSeconds}s`
    const { path, shown, find } = this.#placeOf(client)
    const fail = (why: string) =>
      new WebhookError(`failed to call webhook: Post "${shown}${path}${query}": ${why}`)
    const { client: certificate, authorization } = this.#accessTo(shown)
    const work = async (limited: AbortSignal): Promise<unknown> => {
      const target = { ...find(), ...(certificate && { client: certificate }) }
      const response = await this.#options.call(target, {
        method: 'POST',
        url: path + query,
        headers: {
          host: hostOf(shown),
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'user-agent': 'kube-apiserver-admission',
          ...(authorization !== undefined && { authorization }),
        },
        body: Buffer.from(JSON.stringify(review)),
        signal: limited,
      })
      return readAnswer(response)
    }
    try {
      if (timeoutSeconds === undefined) return await work(signal)
      const late = () => fail('context deadline exceeded')
      const ms = timeoutSeconds * 1000
      return await withTimeout(this.#options.clock, ms, late, work, { signal })
    } catch (error) {
      if (error instanceof ConnectionError || error instanceof TargetError) {
        throw fail(error.message)
      }
      throw error
    }
  }

  #accessTo(shown: string): NonNullable<ReturnType<WebhookAccess>> {
    return this.#options.access?.(hostOf(shown).replace(/:443$/, '')) ?? {}
  }

  #placeOf(client: ClientConfig): { path: string; shown: string; find: () => HttpsTarget } {
    const { url, service, caBundle } = client
    const ca = caBundle ? { caPem: Buffer.from(caBundle, 'base64').toString('utf8') } : {}
    if (url !== undefined) {
      const parsed = new URL(url)
      const port = parsed.port === '' ? 443 : Number(parsed.port)
      const host = parsed.hostname.replace(/^\[|\]$/g, '')
      return {
        path: parsed.pathname,
        shown: `https://${parsed.host}`,
        find: () => ({ host, port, ...ca }),
      }
    }
    const { namespace = '', name = '', port = 443, path = '/' } = service ?? {}
    return {
      path: path.startsWith('/') ? path : `/${path}`,
      shown: `https://${name}.${namespace}.svc:${port}`,
      find: () => ({ ...this.#options.targets.resolve({ namespace, name, port }), ...ca }),
    }
  }
}

function hostOf(shown: string): string {
  return shown.slice('https://'.length)
}

async function readAnswer(response: HttpResponse): Promise<unknown> {
  const bytes = await readBody(response.body, ANSWER_BYTES_MAX, () => {
    return new WebhookError('failed to call webhook: the answer is too long')
  })
  const text = Buffer.from(bytes).toString('utf8')
  if (response.status < 200 || response.status > 299) {
    const why = text.trim() === '' ? 'unknown' : text.trim()
    throw new WebhookError(
      `failed to call webhook: an error on the server (${JSON.stringify(why)}) has prevented ` +
        'the request from succeeding',
    )
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new WebhookError(
      `failed to call webhook: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
