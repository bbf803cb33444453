import {
  type AuditOptions,
  AuditPolicy,
  type EncryptionRule,
  parseEncryption,
  type SecurityOptions,
} from '../../master/apiserver/index.ts'
import { rotatingFile, signerOf } from '../../platform/index.ts'
import { FlagError, fileOf } from './flags.ts'
import { JUDGE_FLAGS, judgesOf } from './judge-flags.ts'
import { OIDC_FLAGS, oidcOf } from './oidc-flags.ts'

/** Flags of kube-apiserver about who may come in, what they may do, and what is kept secret. */
export const SECURITY_FLAGS = {
  'authorization-mode': 'Node,RBAC',
  'anonymous-auth': 'true',
  'token-auth-file': '',
  'service-account-issuer': 'https://kubernetes.default.svc',
  'service-account-signing-key-file': '',
  'service-account-key-file': '',
  'api-audiences': '',
  ...OIDC_FLAGS,
  ...JUDGE_FLAGS,
  'requestheader-client-ca-file': '',
  'requestheader-allowed-names': '',
  'encryption-provider-config': '',
  'audit-policy-file': '',
  'audit-log-path': '',
} as const

/** Those that may come more than once, with a value each. */
export const REPEATED_FLAGS = ['oidc-required-claim'] as const

type Flags = Readonly<Record<keyof typeof SECURITY_FLAGS, string>>

const MODES = ['Node', 'RBAC', 'Webhook', 'AlwaysAllow', 'AlwaysDeny'] as const

/** Throws `FlagError` for what cannot be read or meant. */
export function securityOf(flags: Flags): SecurityOptions {
  const file = (name: keyof Flags) => fileOf(name, flags[name])
  const list = (name: keyof Flags) => flags[name].split(',').filter((word) => word !== '')
  const tokens = file('token-auth-file')
  const key = file('service-account-signing-key-file')
  const audiences = list('api-audiences')
  const accounts = key !== '' && {
    issuers: list('service-account-issuer'),
    signer: parsed('service-account-signing-key-file', () => signerOf(key)),
    keysPem: file('service-account-key-file'),
    ...(audiences.length > 0 && { audiences }),
  }
  const caPem = file('requestheader-client-ca-file')
  const oidc = oidcOf(flags)
  const requestHeader = { caPem, allowedNames: list('requestheader-allowed-names') }
  return {
    authorization: list('authorization-mode').map(modeOf),
    ...judgesOf(flags),
    anonymous: { enabled: flags['anonymous-auth'] !== 'false' },
    ...(tokens !== '' && { tokenFile: tokens }),
    ...(accounts && { serviceAccounts: accounts }),
    ...(oidc && { oidc }),
    ...(caPem !== '' && { requestHeader }),
  }
}

function modeOf(word: string): (typeof MODES)[number] {
  const mode = MODES.find((each) => each === word)
  if (mode) return mode
  throw new FlagError(`--authorization-mode: "${word}" is not one of ${MODES.join(', ')}`)
}

export function encryptionOf(flags: Flags): readonly EncryptionRule[] {
  const text = fileOf('encryption-provider-config', flags['encryption-provider-config'])
  return text === '' ? [] : parsed('encryption-provider-config', () => parseEncryption(text))
}

/** Undefined without a policy: nothing is noted. */
export function auditOf(flags: Flags): AuditOptions | undefined {
  const text = fileOf('audit-policy-file', flags['audit-policy-file'])
  const path = flags['audit-log-path']
  if (text === '' || path === '') return undefined
  const policy = parsed('audit-policy-file', () => new AuditPolicy(text))
  return { policy, sink: parsed('audit-log-path', () => rotatingFile({ path })) }
}

function parsed<T>(flag: keyof Flags, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new FlagError(`--${flag}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
