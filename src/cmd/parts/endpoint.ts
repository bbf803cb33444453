import { type HttpHandler, type Listener, type Log, NetError } from '../../base/index.ts'
import { serveHttps, systemNet, type TlsOptions } from '../../platform/index.ts'

const RETRY_MS = 40

/**
 * Holds the address that kubectl goes to while this master is the first that could bind it: when
 * the holder dies, its port is free at once and another master takes it. What kube-vip does with
 * an address of the network, on one machine.
 */
export async function holdEndpoint(
  options: {
    readonly address: string
    readonly port: number
    readonly tls: TlsOptions
    readonly handler: HttpHandler
    readonly log: Log
    /** `held` once somebody holds the endpoint: this master, or another before it. */
    readonly state: { held: boolean }
  },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  let listener: Listener | undefined
  while (!listener) {
    if (signal.aborted) return
    try {
      // A bare socket finds that the address is taken at a fraction of a TLS server's price.
      await (await systemNet.listenTcp(options, (early) => early.destroy())).close()
      listener = await serveHttps(options)
    } catch (error) {
      if (!(error instanceof NetError) || error.code !== 'in-use') throw error
      options.state.held = true
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
  options.state.held = true
  options.log.info('holds the endpoint of the cluster', { port: options.port })
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  await listener.close()
}
