import { type NodeTopology, readTls } from '../../../cluster/index.ts'
import { type Disk, DiskError, type Log } from '../../base/index.ts'
import { type Client, createClient } from '../../client/index.ts'
import { CertificateKeeper, type CertificatePair, isGood } from '../../node/index.ts'
import {
  FollowedTls,
  issueAuthority,
  issueLeaf,
  requestLeaf,
  systemClock,
  systemRandom,
} from '../../platform/index.ts'
import { connect, readKubeconfig } from './kubeconfig.ts'
import type { Part } from './part.ts'

/** By what a node is known to API servers, and knows itself to them. */
export interface NodeCredentials {
  readonly client: FollowedTls
  readonly serving: FollowedTls
  /** Replaces both before they end, until the signal; `onClient` when it is the one that dials. */
  rotate(of: { client: Client; onClient: () => void; signal: AbortSignal }): Promise<void>
}

const CLIENT = {
  signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
  usages: ['digital signature', 'client auth'],
} as const
const SERVING = {
  signerName: 'kubernetes.io/kubelet-serving',
  usages: ['digital signature', 'server auth'],
} as const

/**
 * What the node was issued last; else what the launcher has made for it; else what it gets for its
 * bootstrap token, waiting until somebody approves that.
 */
export async function openCredentials(part: Part, node: NodeTopology): Promise<NodeCredentials> {
  const { name, layout, log, disk } = part
  const folder = `${layout.dataOf(name)}/pki`
  const known = new Pairs({ disk, folder })
  const subject = { commonName: `system:node:${name}`, organizations: ['system:nodes'] }
  const keepers = keepersOf(node, { subject, known, log })
  // One that joins reads nothing of the launcher's: those are keys of others.
  const given = node.joins ? undefined : await readTls(name, 'api', part)
  const caPem = given?.caPem ?? (await authorityOf(part, known))
  const own = (await known.read('client')) ?? given ?? (await bootstrap(part, keepers.client))
  const serving = (await known.read('serving')) ?? given
  const followed = {
    client: new FollowedTls({ caPem, ...pairOf(own) }),
    serving: new FollowedTls({ caPem, ...pairOf(serving ?? selfSigned(node)) }),
  }
  return {
    ...followed,
    async rotate({ client, onClient, signal }) {
      known.onSaved = (which, pair) => {
        followed[which].replace(pair)
        if (which === 'client') onClient()
      }
      await Promise.all([
        keepers.client.run(own, { client, signal }),
        keepers.serving.run(serving, { client, signal }),
      ])
    },
  }
}

const pairOf = ({ certPem, keyPem }: CertificatePair) => ({ certPem, keyPem })

function keepersOf(
  { name, address }: NodeTopology,
  of: { subject: { commonName: string; organizations: string[] }; known: Pairs; log: Log },
): { client: CertificateKeeper; serving: CertificateKeeper } {
  const { subject, known, log } = of
  const system = { clock: systemClock, random: systemRandom(), log }
  const names = { dnsNames: [name], ipAddresses: [address] }
  return {
    client: new CertificateKeeper({
      ...CLIENT,
      ...system,
      newRequest: () => requestLeaf(subject),
      onIssued: (pair) => known.save('client', pair),
    }),
    serving: new CertificateKeeper({
      ...SERVING,
      ...system,
      newRequest: () => requestLeaf({ ...subject, ...names }),
      onIssued: (pair) => known.save('serving', pair),
    }),
  }
}

/** Whom the node trusts: from its bootstrap kubeconfig, and kept beside what it was issued. */
async function authorityOf({ name, layout }: Part, known: Pairs): Promise<string> {
  const kept = await known.readAuthority()
  if (kept !== undefined) return kept
  const { caPem } = readKubeconfig(layout.bootstrapOf(name)).tls
  await known.saveAuthority(caPem)
  return caPem
}

/** The node's first certificate, for the token in its bootstrap kubeconfig. */
async function bootstrap(
  { name, layout, log, signal }: Part,
  keeper: CertificateKeeper,
): Promise<CertificatePair> {
  const connection = connect(readKubeconfig(layout.bootstrapOf(name)))
  const { transport } = connection
  const system = { clock: systemClock, random: systemRandom(), log }
  const client = createClient({ ...system, transport, userAgent: 'navarch-node' })
  try {
    return await keeper.issue({ client, signal })
  } finally {
    await connection.close()
  }
}

/** Until the first is issued: nobody can check it, and nobody is told more than by any server. */
function selfSigned({ name, address }: NodeTopology): CertificatePair {
  const validity = { nowMs: systemClock.nowMs(), days: 1 }
  const authority = issueAuthority({ commonName: `${name}-ca` }, validity)
  const leaf = { commonName: name, ipAddresses: [address], usages: ['server'] as const }
  return issueLeaf(authority, leaf, validity)
}

type Which = 'client' | 'serving'

/**
 * What the node was issued, certificate and key in one file each, so that they change at once; and
 * the authority.
 */
class Pairs {
  readonly #disk: Disk
  readonly #folder: string
  onSaved: (which: Which, pair: CertificatePair) => void = () => undefined

  constructor({ disk, folder }: { disk: Disk; folder: string }) {
    this.#disk = disk
    this.#folder = folder
  }

  /** Undefined when there is none that is good now. */
  async read(which: Which): Promise<CertificatePair | undefined> {
    const text = await this.#read(this.#file(which))
    if (text === undefined) return undefined
    const at = text.indexOf('-----BEGIN PRIVATE KEY-----')
    const pair = { certPem: text.slice(0, at), keyPem: text.slice(at) }
    return isGood(pair, systemClock.nowMs()) ? pair : undefined
  }

  async save(which: Which, pair: CertificatePair): Promise<void> {
    await this.#write(this.#file(which), pair.certPem.trimEnd() + '\n' + pair.keyPem)
    this.onSaved(which, pair)
  }

  readAuthority(): Promise<string | undefined> {
    return this.#read(`${this.#folder}/ca.crt`)
  }

  saveAuthority(caPem: string): Promise<void> {
    return this.#write(`${this.#folder}/ca.crt`, caPem)
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return Buffer.from(await this.#disk.readFile(file)).toString()
    } catch (error) {
      if (error instanceof DiskError && error.code === 'not-found') return undefined
      throw error
    }
  }

  async #write(file: string, text: string): Promise<void> {
    await this.#disk.mkdir(this.#folder, { mode: 0o700 })
    await this.#disk.writeFileAtomic(file, Buffer.from(text), { mode: 0o600 })
  }

  #file(which: Which): string {
    return `${this.#folder}/kubelet-${which}-current.pem`
  }
}
