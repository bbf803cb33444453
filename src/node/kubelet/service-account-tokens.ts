import type { Clock, DeepReadonly } from '../../base/index.ts'
import {
  serviceAccounts,
  type ServiceAccountTokenProjection,
  type TokenRequest,
} from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import type { PodView } from './pod-words.ts'

/** What a token is asked for, beside the pod that it is bound to. */
export type TokenWish = DeepReadonly<ServiceAccountTokenProjection>

const DEFAULT_SECONDS = 3_600
/** A token is asked for anew once it is this old, or this part of its life is over. */
const AGE_MAX_MS = 24 * 3_600_000
const LIFE_PART = 0.8
const TOKENS_MAX = 4_096

interface Held {
  readonly token: string
  readonly renewAtMs: number
  readonly endsAtMs: number
}

/**
 * Tokens for the pods of this node, each bound to its pod: it is good no longer than the pod is.
 * One is renewed well before its end; while no master answers, the old one serves.
 */
export class ServiceAccountTokens {
  readonly #client: Client
  readonly #clock: Clock
  readonly #held = new Map<string, Held>()

  constructor(parts: { client: Client; clock: Clock }) {
    this.#client = parts.client
    this.#clock = parts.clock
  }

  async get(pod: PodView, wish: TokenWish, options: { signal: AbortSignal }): Promise<string> {
    const key = `${pod.metadata.uid}/${tokenKey(wish)}`
    const nowMs = this.#clock.nowMs()
    const known = this.#held.get(key)
    if (known && nowMs < known.renewAtMs) return known.token
    try {
      const held = await this.#request(pod, wish, { ...options, nowMs })
      this.#keep(key, held)
      return held.token
    } catch (error) {
      if (known && nowMs < known.endsAtMs) return known.token
      throw error
    }
  }

  async #request(
    pod: PodView,
    wish: TokenWish,
    { signal, nowMs }: { signal: AbortSignal; nowMs: number },
  ): Promise<Held> {
    const { namespace, name: podName, uid } = pod.metadata
    const name = pod.spec.serviceAccountName || 'default'
    const { audience = '', expirationSeconds } = wish
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: audience === '' ? [] : [audience],
        expirationSeconds: expirationSeconds ?? DEFAULT_SECONDS,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: podName, uid },
      },
    }
    const call = { name: 'token', method: 'POST', body } as const
    const answer = await this.#client
      .for(serviceAccounts)
      .subresource({ namespace, name }, call, { signal })
    const { token = '', expirationTimestamp = '' } = (answer as TokenRequest).status
    const endsAtMs = Date.parse(expirationTimestamp)
    const renewAtMs = nowMs + Math.min(AGE_MAX_MS, (endsAtMs - nowMs) * LIFE_PART)
    return { token, renewAtMs, endsAtMs }
  }

  #keep(key: string, held: Held): void {
    this.#held.delete(key)
    this.#held.set(key, held)
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= TOKENS_MAX) return
      this.#held.delete(oldest)
    }
  }
}

/** Names a token among those of its pod. */
export function tokenKey({ audience = '', expirationSeconds }: TokenWish): string {
  return `${audience}/${expirationSeconds ?? DEFAULT_SECONDS}`
}

/** The tokens that a pod's volumes hold. */
export function tokenWishes(pod: PodView): TokenWish[] {
  return (pod.spec.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []),
  )
}
