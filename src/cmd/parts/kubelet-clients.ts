import type { HttpHandler } from '../../base/index.ts'
import { type HttpsClient, httpsClient, type TlsOptions } from '../../platform/index.ts'

/** Clients of node agents, one connection each, made when first needed. */
export function kubeletClients(tls: TlsOptions): {
  readonly at: (baseUrl: string) => HttpHandler
  readonly close: () => Promise<void>
} {
  const clients = new Map<string, HttpsClient>()
  return {
    at(baseUrl) {
      let client = clients.get(baseUrl)
      if (!client) {
        client = httpsClient({ endpoints: [baseUrl], tls })
        clients.set(baseUrl, client)
      }
      return client.handle
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()))
    },
  }
}
