import assert from 'node:assert/strict'
import { silentLog } from '../../../src/base/index.ts'
import { certificateApprover } from '../../../src/master/controllers/certificate-approver.ts'
import type { ControllerContext } from '../../../src/master/controllers/runtime.ts'
import { requestLeaf, systemClock } from '../../../src/platform/index.ts'

const SERVING = 'kubernetes.io/kubelet-serving'

/** What a node says of itself, and what it asks for. */
interface Case {
  readonly node?: string
  readonly claims?: readonly string[]
  readonly hostname?: string
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
}

/** Whether the request is approved, among a master, another node and a range of Services. */
async function isApproved(of: Case): Promise<boolean> {
  const { node: name = 'n1', claims = ['10.0.0.1'], dnsNames = [], ipAddresses = [] } = of
  const addresses = claims.map((address) => ({ type: 'InternalIP', address }))
  const hostname = { type: 'Hostname', address: of.hostname ?? name }
  const username = `system:node:${name}`
  const leaf = { commonName: username, organizations: ['system:nodes'], dnsNames, ipAddresses }
  const request = {
    metadata: { name: 'csr' },
    spec: {
      signerName: SERVING,
      username,
      groups: ['system:nodes'],
      usages: ['digital signature', 'server auth'],
      request: Buffer.from(requestLeaf(leaf).requestPem).toString('base64'),
    },
  }
  const other = {
    metadata: { name: 'n2' },
    status: { addresses: [hostnameOf('n2'), ip('10.0.0.2')] },
  }
  const objects: Record<string, Record<string, object>> = {
    certificatesigningrequests: { csr: request },
    nodes: {
      [name]: { metadata: { name }, status: { addresses: [...addresses, hostname] } },
      n2: other,
    },
    endpointslices: { 'default/kubernetes': { endpoints: [{ addresses: ['10.0.0.100'] }] } },
    servicecidrs: { kubernetes: { spec: { cidrs: ['10.96.0.0/16', 'fd00:96::/112'] } } },
  }
  let approved = false
  const context = {
    clock: systemClock,
    log: silentLog,
    informers: {
      for: ({ plural }: { plural: string }) => ({
        get: (key: string) => objects[plural]?.[key],
        list: () => Object.values(objects[plural] ?? {}),
      }),
    },
    client: {
      for: () => ({
        subresource: () => {
          approved = true
          return Promise.resolve()
        },
      }),
    },
  }
  const serving = { masters: ['master-1', '10.0.0.101', '10.0.0.102'] }
  const controller = certificateApprover(context as unknown as ControllerContext, { serving })
  await controller.reconcile('csr', { signal: new AbortController().signal })
  return approved
}

const ip = (address: string) => ({ type: 'InternalIP', address })
const hostnameOf = (address: string) => ({ type: 'Hostname', address })

describe('a certificate for the server of a node', () => {
  const own: [what: string, of: Case][] = [
    ['its name and address', { dnsNames: ['n1'], ipAddresses: ['10.0.0.1'] }],
    ['an address of IPv6', { claims: ['fd00::1'], ipAddresses: ['fd00::1'] }],
    ['one of a local cluster', { claims: ['127.42.0.1'], ipAddresses: ['127.42.0.1'] }],
  ]
  for (const [what, of] of own) {
    it(`is approved for ${what}`, async () => assert.equal(await isApproved(of), true))
  }

  const claimed = (address: string): Case => ({ claims: [address], ipAddresses: [address] })
  const named = (name: string): Case => ({ claims: [name], dnsNames: [name] })
  const foreign: [what: string, of: Case][] = [
    ['an address that it does not claim', { ipAddresses: ['10.0.0.9'] }],
    ['a name that is not its own', named('web.example')],
    ['its name when it is called otherwise', { hostname: 'other', dnsNames: ['n1'] }],
    ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map(
      (name): [string, Case] => [`API servers' ${name}`, named(name)],
    ),
    ['the API servers’ whole name', named('kubernetes.default.svc.cluster.local')],
    [
      'the name of API servers that it has itself',
      { node: 'kubernetes', dnsNames: ['kubernetes'] },
    ],
    ['the name of a master that it has itself', { node: 'master-1', dnsNames: ['master-1'] }],
    ['the name of another node', named('n2')],
    ['the address of another node', claimed('10.0.0.2')],
    ['the address of the Service kubernetes', claimed('10.96.0.1')],
    ['the address of any Service', claimed('10.96.200.7')],
    ['the address of a Service in IPv6', claimed('fd00:96::7')],
    ['an endpoint of the API', claimed('10.0.0.100')],
    ['a master that does not run', claimed('10.0.0.101')],
    ['the endpoint of the cluster', claimed('10.0.0.102')],
    ['loopback', claimed('127.0.0.1')],
    ['another loopback', claimed('127.0.0.9')],
    ['loopback in IPv6', claimed('::1')],
    ['IPv4 in the clothes of IPv6', claimed('::ffff:7f00:1')],
  ]
  for (const [what, of] of foreign) {
    it(`is not approved for ${what}`, async () => assert.equal(await isApproved(of), false))
  }
})
