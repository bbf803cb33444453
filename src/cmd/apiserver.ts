import { allResources, KUBERNETES_VERSION, metricsResources } from '../api/index.ts'
import { etcdKv } from '../kv/etcd/index.ts'
import { createApiServer } from '../master/apiserver/index.ts'
import {
  grpcClient,
  openLog,
  outboundHttps,
  serveHttps,
  systemClock,
  systemRandom,
} from '../platform/index.ts'
import { REPEATED_FLAGS, SECURITY_FLAGS, securedBy } from './parts/apiserver-security.ts'
import { helpOf } from './parts/flag-words.ts'
import { FlagError, fileOf, portOf, readFlags, required } from './parts/flags.ts'
import { kubeletClients } from './parts/kubelet-clients.ts'
import { logLevel, untilStopped } from './parts/part.ts'

/** kube-apiserver's names. */
const FLAGS = {
  'etcd-servers': '',
  'etcd-cafile': '',
  'etcd-certfile': '',
  'etcd-keyfile': '',
  'bind-address': '127.0.0.1',
  'secure-port': '6443',
  'tls-cert-file': '',
  'tls-private-key-file': '',
  'client-ca-file': '',
  'kubelet-certificate-authority': '',
  'kubelet-client-certificate': '',
  'kubelet-client-key': '',
  'proxy-client-cert-file': '',
  'proxy-client-key-file': '',
  'service-cluster-ip-range': '10.96.0.0/16',
  // Ours: `metrics.k8s.io` without a metrics-server.
  'serve-metrics': 'true',
  ...SECURITY_FLAGS,
} as const

const HELP = helpOf(
  'navarch apiserver: the Kubernetes API on any etcd v3 store, ours or the original.',
  FLAGS,
)

const WITH_METRICS = [...allResources, ...metricsResources]
const STOP_TIMEOUT_MS = 4000

async function main(): Promise<void> {
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== 'apiserver')
  const asked = args.find((arg) => ['--help', '-h', '--version'].includes(arg))
  if (asked !== undefined) {
    console.log(asked === '--version' ? `Kubernetes ${KUBERNETES_VERSION}+navarch` : HELP)
    return
  }
  const flags = readFlags(args, FLAGS, { repeated: REPEATED_FLAGS })
  const pem = (name: keyof typeof FLAGS) => fileOf(name, flags[name])
  const servers = required('etcd-servers', flags['etcd-servers'], 'https://127.0.0.1:2379')
  required('tls-cert-file', flags['tls-cert-file'], 'apiserver.crt')
  required('client-ca-file', flags['client-ca-file'], 'ca.crt')
  const log = openLog({ level: logLevel() }).child({ part: 'apiserver' })
  const etcdTls = {
    caPem: pem('etcd-cafile'),
    certPem: pem('etcd-certfile'),
    keyPem: pem('etcd-keyfile'),
  }
  const secured = etcdTls.caPem === '' ? {} : { tls: etcdTls }
  const kv = etcdKv(grpcClient({ endpoints: servers.split(','), ...secured }))
  const kubelets = kubeletClients({
    caPem: pem('kubelet-certificate-authority'),
    certPem: pem('kubelet-client-certificate'),
    keyPem: pem('kubelet-client-key'),
  })
  const outbound = outboundHttps()
  const api = createApiServer({
    outbound: outbound.call,
    ...proxyClientOf(flags),
    kv,
    resources: flags['serve-metrics'] === 'false' ? allResources : WITH_METRICS,
    clock: systemClock,
    random: systemRandom(),
    log,
    kubelet: kubelets.at,
    serviceRange: flags['service-cluster-ip-range'],
    mountTokens: flags['service-account-signing-key-file'] !== '',
    ...securedBy(flags, { log, own: { clientCaPem: pem('client-ca-file') } }),
  })
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new Error(signal)))
  }
  const server = await serveHttps({
    address: flags['bind-address'],
    port: portOf('secure-port', flags['secure-port']),
    tls: {
      caPem: `${pem('client-ca-file')}${pem('requestheader-client-ca-file')}`,
      certPem: pem('tls-cert-file'),
      keyPem: pem('tls-private-key-file'),
    },
    handler: api.handler,
    log,
  })
  await api.start({ signal: stop.signal })
  log.info('serving the API', { address: server.address, port: server.port })
  const close = async () => {
    await server.close()
    await Promise.all([api.stop(), kubelets.close()])
    outbound.close()
    await kv.close()
  }
  await untilStopped(stop.signal, close, { timeoutMs: STOP_TIMEOUT_MS })
  process.exit(0)
}

/** What proves to extension API servers that we speak for users. */
function proxyClientOf(flags: Record<keyof typeof FLAGS, string>) {
  const pem = (name: 'proxy-client-cert-file' | 'proxy-client-key-file') =>
    fileOf(name, flags[name])
  const certPem = pem('proxy-client-cert-file')
  return certPem === '' ? {} : { proxyClient: { certPem, keyPem: pem('proxy-client-key-file') } }
}

main().catch((error: unknown) => {
  console.error(`navarch apiserver: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof FlagError ? 2 : 1)
})
