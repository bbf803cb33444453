import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs'

const PROTO = 'proto/kms/kms.proto'

interface Request {
  readonly plaintext: Uint8Array
  readonly ciphertext: Uint8Array
  readonly keyId: string
}

type Handler = (request: Request) => object

/** A plugin that keeps keys, at a socket in a folder of its own: one AES key for each key's name. */
export class KmsPlugin {
  readonly endpoint: string
  readonly calls: string[] = []
  keyId = 'key-1'
  healthz = 'ok'
  /** It takes calls and does not answer. */
  isHung = false
  readonly #folder: string
  readonly #keys = new Map<string, Buffer>()
  readonly #server = new Server()

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'kms-'))
    this.endpoint = `unix://${join(this.#folder, 'kms.sock')}`
  }

  static async start(): Promise<KmsPlugin> {
    const plugin = new KmsPlugin()
    const root = await protobuf.load(PROTO)
    const handlers: Readonly<Record<string, Handler>> = {
      Status: () => ({ version: 'v2', healthz: plugin.healthz, keyId: plugin.keyId }),
      Encrypt: ({ plaintext }) => plugin.#encrypt(plaintext),
      Decrypt: ({ ciphertext, keyId }) => ({ plaintext: plugin.#decrypt(ciphertext, keyId) }),
    }
    const methods = Object.entries(handlers).map(([name, handle]) => {
      const request = root.lookupType(`v2.${name}Request`)
      const response = root.lookupType(`v2.${name}Response`)
      const definition = {
        path: `/v2.KeyManagementService/${name}`,
        requestStream: false,
        responseStream: false,
        requestDeserialize: (bytes: Buffer) => request.decode(bytes),
        requestSerialize: (value: object) => Buffer.from(request.encode(value).finish()),
        responseDeserialize: (bytes: Buffer) => response.decode(bytes),
        responseSerialize: (value: object) => Buffer.from(response.encode(value).finish()),
      }
      return { name, definition, handle }
    })
    plugin.#server.addService(
      Object.fromEntries(methods.map(({ name, definition }) => [name, definition])),
      Object.fromEntries(
        methods.map(({ name, handle }) => [
          name,
          (call: { request: Request }, done: (e: null, value: object) => void) => {
            plugin.calls.push(name)
            if (!plugin.isHung) done(null, handle(call.request))
          },
        ]),
      ),
    )
    await new Promise<void>((resolve, reject) => {
      plugin.#server.bindAsync(plugin.endpoint, ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      )
    })
    return plugin
  }

  stop(): void {
    this.#server.forceShutdown()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #keyOf(id: string): Buffer {
    const key = this.#keys.get(id) ?? randomBytes(32)
    this.#keys.set(id, key)
    return key
  }

  #encrypt(plaintext: Uint8Array): object {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.keyId), nonce)
    const body = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]
    return { ciphertext: Buffer.concat([nonce, ...body]), keyId: this.keyId }
  }

  #decrypt(ciphertext: Uint8Array, keyId: string): Uint8Array {
    const opening = createDecipheriv('aes-256-gcm', this.#keyOf(keyId), ciphertext.subarray(0, 12))
    opening.setAuthTag(ciphertext.subarray(-16))
    return Buffer.concat([opening.update(ciphertext.subarray(12, -16)), opening.final()])
  }
}
