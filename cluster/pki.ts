import type { Disk } from '../src/base/index.ts'
import {
  issueAuthority,
  issueLeaf,
  type KeyPair,
  type LeafOptions,
  newSigningKey,
  type TlsOptions,
} from '../src/platform/index.ts'
import type { Layout } from './layout.ts'
import { kubernetesServiceIp, type Topology } from './topology.ts'

/** Several authorities: who may use the API is not thereby a member or client of the store. */
const API_CA = 'ca'
const STORE_CA = 'store-ca'
/** Signs for the API server alone, which vouches for others' users at extension API servers. */
const PROXY_CA = 'front-proxy-ca'
/** Signs and checks the tokens of service accounts: the same pair on every master. */
const ACCOUNTS = 'sa'
/** Marks the certificates with which members of the store know one another. */
export const MEMBERS = 'navarch:store-members'
export const KUBELET_CLIENT = 'kube-apiserver-kubelet-client'

type Authority = typeof API_CA | typeof STORE_CA | typeof PROXY_CA
type Wanted = Readonly<Record<string, { ca: Authority; leaf: LeafOptions }>>

/** Every certificate of a cluster by the name of its files. Pure. */
export function wantedCertificates(topology: Topology): Wanted {
  const wanted: Record<string, Wanted[string]> = {
    admin: {
      ca: API_CA,
      leaf: client('kubernetes-admin', ['system:masters']),
    },
    'kubelet-client': {
      ca: API_CA,
      leaf: client(KUBELET_CLIENT, ['system:masters']),
    },
    'front-proxy-client': { ca: PROXY_CA, leaf: client('front-proxy-client', []) },
    'store-client': { ca: STORE_CA, leaf: client('root', []) },
  }
  for (const { name, address } of topology.masters) {
    wanted[`${name}-api`] = {
      ca: API_CA,
      leaf: {
        commonName: 'kube-apiserver',
        dnsNames: [
          'localhost',
          name,
          'kubernetes',
          'kubernetes.default',
          'kubernetes.default.svc',
          'kubernetes.default.svc.cluster.local',
        ],
        ipAddresses: [...new Set([address, '127.0.0.1', '::1', kubernetesServiceIp(topology)])],
        usages: ['server'],
      },
    }
    wanted[`${name}-store`] = {
      ca: STORE_CA,
      leaf: {
        commonName: name,
        organizations: [MEMBERS],
        dnsNames: ['localhost', name],
        ipAddresses: [...new Set([address, '127.0.0.1', '::1'])],
        usages: ['server', 'client'],
      },
    }
  }
  const { hollow } = topology
  if (hollow) {
    wanted[hollow.name] = {
      ca: API_CA,
      leaf: {
        // One client speaks for all of them.
        commonName: 'navarch:hollow-nodes',
        organizations: ['system:masters'],
        dnsNames: [hollow.name],
        ipAddresses: [hollow.address],
        usages: ['server', 'client'],
      },
    }
  }
  for (const { name, address, joins } of topology.nodes) {
    if (joins) continue
    wanted[name] = {
      ca: API_CA,
      leaf: {
        commonName: `system:node:${name}`,
        organizations: ['system:nodes'],
        dnsNames: [name],
        ipAddresses: [address],
        usages: ['server', 'client'],
      },
    }
  }
  return wanted
}

function client(commonName: string, organizations: readonly string[]): LeafOptions {
  return { commonName, organizations, usages: ['client'] }
}

/** Issues what is not there yet. Keys are readable by their owner alone. */
export async function ensurePki(
  topology: Topology,
  { disk, layout, nowMs }: { disk: Disk; layout: Layout; nowMs: number },
): Promise<void> {
  await disk.mkdir(layout.pki)
  const authorities = new Map<string, KeyPair>()
  for (const [name, commonName] of [
    [API_CA, 'kubernetes'],
    [STORE_CA, 'etcd-ca'],
    [PROXY_CA, 'front-proxy-ca'],
  ] as const) {
    const make = () => issueAuthority({ commonName }, { nowMs })
    authorities.set(name, await ensurePair(name, make, { disk, layout }))
  }
  for (const [name, { ca, leaf }] of Object.entries(wantedCertificates(topology))) {
    const authority = authorities.get(ca) as KeyPair
    await ensurePair(name, () => issueLeaf(authority, leaf, { nowMs }), { disk, layout })
  }
  await ensureSigningKey({ disk, layout })
}

async function ensureSigningKey({ disk, layout }: { disk: Disk; layout: Layout }): Promise<void> {
  if (await disk.stat(layout.key(ACCOUNTS))) return
  const { keyPem, publicPem } = newSigningKey()
  await disk.writeFileAtomic(layout.publicKey(ACCOUNTS), Buffer.from(publicPem), { mode: 0o644 })
  await disk.writeFileAtomic(layout.key(ACCOUNTS), Buffer.from(keyPem), { mode: 0o600 })
}

/** What an API server of the cluster knows people by, beside client certificates. */
export async function readSecurity({ disk, layout }: { disk: Disk; layout: Layout }) {
  const text = async (path: string) => Buffer.from(await disk.readFile(path)).toString()
  return {
    /** Private key of the tokens of service accounts, PEM. A secret. */
    accountKeyPem: await text(layout.key(ACCOUNTS)),
    proxyCaPem: await text(layout.certificate(PROXY_CA)),
    apiAuthority: await readPair(API_CA, { disk, layout }),
  }
}

async function ensurePair(
  name: string,
  make: () => KeyPair,
  { disk, layout }: { disk: Disk; layout: Layout },
): Promise<KeyPair> {
  const known = await disk.stat(layout.certificate(name))
  if (known && (await disk.stat(layout.key(name)))) return readPair(name, { disk, layout })
  const pair = make()
  await disk.writeFileAtomic(layout.key(name), Buffer.from(pair.keyPem), { mode: 0o600 })
  await disk.writeFileAtomic(layout.certificate(name), Buffer.from(pair.certPem), { mode: 0o644 })
  return pair
}

async function readPair(
  name: string,
  { disk, layout }: { disk: Disk; layout: Layout },
): Promise<KeyPair> {
  const text = async (path: string) => Buffer.from(await disk.readFile(path)).toString()
  return { certPem: await text(layout.certificate(name)), keyPem: await text(layout.key(name)) }
}

/** A certificate with its authority, for one side of mutual TLS. */
export async function readTls(
  name: string,
  authority: 'api' | 'store',
  parts: { disk: Disk; layout: Layout },
): Promise<TlsOptions> {
  const ca = parts.layout.certificate(authority === 'api' ? API_CA : STORE_CA)
  const caPem = Buffer.from(await parts.disk.readFile(ca)).toString()
  return { caPem, ...(await readPair(name, parts)) }
}

export const storeCaFile = (layout: Layout): string => layout.certificate(STORE_CA)
