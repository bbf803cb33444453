import { X509Certificate } from 'node:crypto'
import { type Clock, hasReason, type Log, type Random, sleep } from '../base/index.ts'
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  type Stored,
} from '../api/index.ts'
import type { Client } from '../client/index.ts'

/** A certificate and its key, PEM. The key is a secret. */
export interface CertificatePair {
  readonly certPem: string
  readonly keyPem: string
}

export interface CertificateKeeperOptions {
  /** Of Kubernetes: `kubernetes.io/kubelet-serving`. */
  readonly signerName: string
  readonly usages: readonly string[]
  /** Makes a new key, and a request for its certificate. */
  readonly newRequest: () => { readonly keyPem: string; readonly requestPem: string }
  /** Told of each new pair, before it is waited for again. */
  readonly onIssued: (pair: CertificatePair) => Promise<void>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** A certificate is replaced when so much of its time is over, not by all nodes at once. */
const ROTATE_AT_LEAST = 0.7
const ROTATE_SPREAD = 0.2
const POLL_MS_MIN = 100
const POLL_MS_MAX = 2_000
/** Whoever is to approve it by hand has this time. */
const ISSUE_MS_MAX = 15 * 60_000
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 5 * 60_000
/** Node timers take no longer waits. */
const WAIT_MS_MAX = 24 * 3_600_000

/** Keeps a certificate of a node new: asks for another before it ends (client-go's certificate manager). */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions

  constructor(options: CertificateKeeperOptions) {
    this.#options = options
  }

  /** Until the signal. Without a pair one is asked for at once. */
  async run(
    pair: CertificatePair | undefined,
    { client, signal }: { client: Client; signal: AbortSignal },
  ): Promise<void> {
    let current = pair
    let retryMs = RETRY_MS_MIN
    while (!signal.aborted) {
      try {
        if (current) await this.#untilDue(current, signal)
        current = await this.issue({ client, signal })
        retryMs = RETRY_MS_MIN
      } catch (error) {
        if (signal.aborted) return
        const { signerName, clock, log } = this.#options
        log.warn('no certificate was issued', { signer: signerName, error })
        await sleep(clock, retryMs, { signal }).catch(() => undefined)
        retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
      }
    }
  }

  /** Asks for a certificate, and waits until it is signed. Throws when it is refused. */
  async issue(of: { client: Client; signal: AbortSignal }): Promise<CertificatePair> {
    const { newRequest, signerName, usages, onIssued, log } = this.#options
    const { keyPem, requestPem } = newRequest()
    const request = await of.client.for(certificateSigningRequests).create(
      {
        metadata: { generateName: 'csr-' },
        spec: {
          request: Buffer.from(requestPem).toString('base64'),
          signerName,
          usages: [...usages],
        },
        status: {},
      },
      { signal: of.signal },
    )
    const pair = { certPem: await this.#waitFor(request, of), keyPem }
    await onIssued(pair)
    log.info('a certificate was issued', { signer: signerName, until: timesOf(pair).endMs })
    return pair
  }

  async #untilDue(pair: CertificatePair, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    const { startMs, endMs } = timesOf(pair)
    const share = ROTATE_AT_LEAST + ROTATE_SPREAD * random.float()
    const dueMs = startMs + share * (endMs - startMs)
    while (clock.nowMs() < dueMs) {
      await sleep(clock, Math.min(dueMs - clock.nowMs(), WAIT_MS_MAX), { signal })
    }
  }

  async #waitFor(
    request: Stored<CertificateSigningRequest>,
    { client, signal }: { client: Client; signal: AbortSignal },
  ): Promise<string> {
    const { clock } = this.#options
    const { name, uid } = request.metadata
    const untilMs = clock.monotonicMs() + ISSUE_MS_MAX
    for (let pauseMs = POLL_MS_MIN; ; pauseMs = Math.min(pauseMs * 1.5, POLL_MS_MAX)) {
      await sleep(clock, pauseMs, { signal })
      const found = await client
        .for(certificateSigningRequests)
        .get({ name }, { signal })
        .catch((error: unknown) => {
          if (hasReason(error, 'NotFound')) return undefined
          throw error
        })
      if (found?.metadata.uid !== uid) throw new Error(`the request ${name} is gone`)
      const { certificate, conditions = [] } = found.status ?? {}
      if (certificate) return Buffer.from(certificate, 'base64').toString()
      const no = conditions.find(({ type }) => type === 'Denied' || type === 'Failed')
      if (no) throw new Error(`the request ${name} was not granted: ${no.message ?? no.type}`)
      if (clock.monotonicMs() > untilMs) throw new Error(`nobody has signed the request ${name}`)
    }
  }
}

/** From when to when it is good, in milliseconds since 1970. */
function timesOf({ certPem }: CertificatePair): { startMs: number; endMs: number } {
  const { validFrom, validTo } = new X509Certificate(certPem)
  return { startMs: Date.parse(validFrom), endMs: Date.parse(validTo) }
}

/** Whether a certificate is good now. */
export function isGood(pair: CertificatePair, nowMs: number): boolean {
  const { startMs, endMs } = timesOf(pair)
  return startMs <= nowMs && nowMs < endMs
}
