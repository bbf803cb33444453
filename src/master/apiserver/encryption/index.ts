export {
  type EncryptionRule,
  type KmsParts,
  parseEncryption,
  providersFor,
} from './configuration.ts'
export { encryptedKv } from './encrypted-kv.ts'
