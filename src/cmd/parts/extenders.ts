import { type Clock, type HttpsCall, type HttpsTarget } from '../../base/index.ts'
import {
  type Extender,
  type ExtenderConfig,
  httpExtender,
  type SchedulerConfig,
} from '../../master/scheduler/index.ts'
import { fileOf } from './flags.ts'

/** The extenders of a scheduler's configuration, with what its files hold. Throws `FlagError`. */
export function extendersOf(
  { extenders }: SchedulerConfig,
  parts: { readonly call: HttpsCall; readonly clock: Clock },
): Extender[] {
  return extenders.map((config) => httpExtender({ config, target: targetOf(config), ...parts }))
}

function targetOf({ urlPrefix, enableHttps, tls }: ExtenderConfig): HttpsTarget {
  const { protocol, hostname, port } = new URL(urlPrefix)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isPlain = protocol === 'http:' && !enableHttps
  if (isPlain) return { host, port: Number(port || 80), plain: true }
  const caPem = pemOf(tls.caData, tls.caFile)
  const certPem = pemOf(tls.certData, tls.certFile)
  const keyPem = pemOf(tls.keyData, tls.keyFile)
  return {
    host,
    port: Number(port || 443),
    ...(tls.serverName !== '' && { serverName: tls.serverName }),
    ...(caPem !== '' && { caPem }),
    // Without authorities to go by, kube-scheduler does not look at certificates either.
    insecure: tls.insecure || (enableHttps && caPem === ''),
    ...(certPem !== '' && { client: { certPem, keyPem } }),
  }
}

function pemOf(data: string, file: string): string {
  return data === '' ? fileOf('config', file) : Buffer.from(data, 'base64').toString('utf8')
}
