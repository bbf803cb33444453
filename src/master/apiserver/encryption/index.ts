export { type EncryptionRule, parseEncryption, providersFor } from './configuration.ts'
export { encryptedKv } from './encrypted-kv.ts'
