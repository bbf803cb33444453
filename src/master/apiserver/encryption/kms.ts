import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import {
  type Clock,
  type GrpcClient,
  GrpcError,
  type Random,
  withTimeout,
} from '../../../base/index.ts'
import { v2 } from '../../../gen/kms.js'
import type { Provider } from './providers.ts'

export interface KmsOptions {
  readonly name: string
  /** The plugin that has the keys, at its socket. */
  readonly client: GrpcClient
  readonly timeoutMs: number
  readonly clock: Clock
  readonly random: Random
}

/** The plugin cannot be asked, or says that it is not well. */
export class KmsError extends Error {
  override readonly name = 'KmsError'
}

const SERVICE = '/v2.KeyManagementService'
const SEED_BYTES = 32
const INFO_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** How often it is asked which key is in use. */
const STATUS_MS = 60_000
/** So long values are sealed with a seed whose key could not be asked for again. */
const STATE_MS = 3 * 60_000
/** Seeds that are kept. */
const SEEDS_MAX = 1000

/** A seed, and how the plugin has sealed it. */
interface State {
  readonly seed: Uint8Array
  readonly sealed: v2.EncryptResponse
  readonly askedAtMs: number
}

/**
 * Keys that are kept by a plugin (KMS v2, KEP-3299): it seals a seed, of which each value has a key
 * of its own, so that it need not be asked for each of them.
 */
export function kms(options: KmsOptions): Provider {
  const keeper = new SeedKeeper(options)
  return {
    prefix: `k8s:enc:kms:v2:${options.name}:`,
    async seal(value, { key, random }) {
      const { seed, sealed } = await keeper.current()
      const info = random.bytes(INFO_BYTES)
      const nonce = random.bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', derived(seed, info), nonce)
      cipher.setAAD(Buffer.from(key))
      const body = [cipher.update(value), cipher.final(), cipher.getAuthTag()]
      return v2.EncryptedObject.encode({
        encryptedData: Buffer.concat([info, nonce, ...body]),
        keyId: sealed.keyId,
        encryptedDekSource: sealed.ciphertext,
        annotations: sealed.annotations,
        encryptedDekSourceType: v2.EncryptedDekSourceType.HKDF_SHA256_XNONCE_AES_GCM_SEED,
      }).finish()
    },
    async open(bytes, { key }) {
      const sealed = v2.EncryptedObject.decode(bytes)
      const value = openData(sealed, { seed: await keeper.seedOf(sealed), key })
      return { value, stale: await keeper.isOld(sealed) }
    },
  }
}

function openData(
  { encryptedDekSourceType: type, encryptedData: data }: v2.EncryptedObject,
  of: { seed: Uint8Array; key: string },
): Uint8Array {
  const isSeed = type === v2.EncryptedDekSourceType.HKDF_SHA256_XNONCE_AES_GCM_SEED
  const rest = isSeed ? data.subarray(INFO_BYTES) : data
  if (rest.length < NONCE_BYTES + TAG_BYTES) throw new TypeError('too short to be sealed')
  const secret = isSeed ? derived(of.seed, data.subarray(0, INFO_BYTES)) : of.seed
  const opening = createDecipheriv('aes-256-gcm', secret, rest.subarray(0, NONCE_BYTES))
  opening.setAAD(Buffer.from(of.key))
  opening.setAuthTag(rest.subarray(-TAG_BYTES))
  const body = rest.subarray(NONCE_BYTES, -TAG_BYTES)
  return Buffer.concat([opening.update(body), opening.final()])
}

/** HKDF-Expand with SHA-256 (RFC 5869 §2.3), its first block: the seed is random already. */
function derived(seed: Uint8Array, info: Uint8Array): Uint8Array {
  return createHmac('sha256', seed).update(info).update(Uint8Array.of(1)).digest()
}

class SeedKeeper {
  readonly #options: KmsOptions
  readonly #seeds = new Map<string, Uint8Array>()
  /** Those that the plugin is being asked for. */
  readonly #asked = new Map<string, Promise<Uint8Array>>()
  #state: State | undefined
  #refreshing: Promise<void> | undefined
  #failure: Error | undefined

  constructor(options: KmsOptions) {
    this.#options = options
  }

  /** What to seal with. Throws `KmsError`. */
  async current(): Promise<State> {
    const ageMs = () => this.#options.clock.monotonicMs() - (this.#state?.askedAtMs ?? 0)
    if (!this.#state || ageMs() > STATE_MS) await this.#refresh()
    else if (ageMs() > STATUS_MS) void this.#refresh()
    if (this.#state && ageMs() <= STATE_MS) return this.#state
    throw this.#failure ?? new KmsError(`kms provider ${this.#options.name} is not ready`)
  }

  /** Whether what was sealed is to be sealed anew, as far as is known. */
  async isOld({ keyId }: v2.EncryptedObject): Promise<boolean> {
    const isFirst = !this.#state && !this.#failure
    const ageMs = this.#options.clock.monotonicMs() - (this.#state?.askedAtMs ?? 0)
    // Only the very first waits: reading goes on while the plugin is away.
    if (isFirst) await this.#refresh()
    else if (!this.#state || ageMs > STATUS_MS) void this.#refresh()
    return this.#state !== undefined && this.#state.sealed.keyId !== keyId
  }

  /** One call for each, however many values of it are opened at once. Throws `KmsError`. */
  async seedOf(object: v2.EncryptedObject): Promise<Uint8Array> {
    const cacheKey = keyOf(object.encryptedDekSource, object.keyId)
    const known = this.#seeds.get(cacheKey) ?? this.#asked.get(cacheKey)
    if (known) return known
    const asked = this.#decrypt(object, cacheKey).finally(() => this.#asked.delete(cacheKey))
    this.#asked.set(cacheKey, asked)
    return asked
  }

  async #decrypt(object: v2.EncryptedObject, cacheKey: string): Promise<Uint8Array> {
    const { encryptedDekSource: ciphertext, keyId, annotations } = object
    const request = { ciphertext, uid: this.#options.random.uuid(), keyId, annotations }
    const bytes = await this.#call('Decrypt', v2.DecryptRequest.encode(request).finish())
    const { plaintext: seed } = v2.DecryptResponse.decode(bytes)
    this.#keep(cacheKey, seed)
    return seed
  }

  #keep(key: string, seed: Uint8Array): void {
    this.#seeds.set(key, seed)
    const [oldest] = this.#seeds.keys()
    if (this.#seeds.size > SEEDS_MAX && oldest !== undefined) this.#seeds.delete(oldest)
  }

  /** One at a time; what fails is told by `current`. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#ask()
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new KmsError(String(error))
      })
      .finally(() => {
        this.#refreshing = undefined
      })
    return this.#refreshing
  }

  async #ask(): Promise<void> {
    const { name, clock, random } = this.#options
    const askedAtMs = clock.monotonicMs()
    const bytes = await this.#call('Status', v2.StatusRequest.encode({}).finish())
    const { healthz, version, keyId } = v2.StatusResponse.decode(bytes)
    if (healthz !== 'ok')
      throw new KmsError(`kms provider ${name}: got unexpected healthz status: ${healthz}`)
    if (!/^v2(?:beta1)?$/.test(version)) {
      throw new KmsError(`kms provider ${name}: got unexpected version: ${version}`)
    }
    if (keyId === '') throw new KmsError(`kms provider ${name}: keyID is empty`)
    const state = this.#state
    if (state?.sealed.keyId === keyId) {
      this.#state = { ...state, askedAtMs }
      return
    }
    const seed = random.bytes(SEED_BYTES)
    const request = { plaintext: seed, uid: random.uuid() }
    const answer = await this.#call('Encrypt', v2.EncryptRequest.encode(request).finish())
    const sealed = v2.EncryptResponse.decode(answer)
    this.#keep(keyOf(sealed.ciphertext, sealed.keyId), seed)
    this.#state = { seed, sealed, askedAtMs }
  }

  async #call(method: string, request: Uint8Array): Promise<Uint8Array> {
    const { name, client, clock, timeoutMs } = this.#options
    const late = () => new KmsError(`kms provider ${name}: ${method}: context deadline exceeded`)
    try {
      return await withTimeout(clock, timeoutMs, late, (signal) =>
        client.unary(`${SERVICE}/${method}`, request, { signal }),
      )
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error
      throw new KmsError(`kms provider ${name}: ${method}: ${error.message}`, { cause: error })
    }
  }
}

function keyOf(ciphertext: Uint8Array, keyId: string): string {
  return createHash('sha256').update(ciphertext).update(keyId).digest('base64')
}
