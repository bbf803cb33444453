import { dirname, resolve } from 'node:path'
import type { GrpcClient, Log } from '../../base/index.ts'
import {
  type AdmissionConfig,
  type ApiServerOptions,
  type KmsParts,
  parseAdmission,
  parseAuthentication,
  parseAuthorization,
  parseEncryption,
  type SecurityOptions,
} from '../../master/apiserver/index.ts'
import { grpcClient, signerOf, systemClock, systemRandom } from '../../platform/index.ts'
import { AUDIT_FLAGS, auditOf } from './audit-flags.ts'
import { followedFile, parsedFlag } from './config-files.ts'
import { durationMs, FlagError, fileOf } from './flags.ts'
import { JUDGE_FLAGS, judgesOf } from './judge-flags.ts'
import { readJudge, readWebhookAccess } from './kubeconfig.ts'
import { OIDC_FLAGS, oidcOf } from './oidc-flags.ts'
import { tracingOf } from './tracing.ts'

/** Flags of kube-apiserver about who may come in, what they may do, what is kept secret or noted. */
export const SECURITY_FLAGS = {
  'authorization-mode': 'Node,RBAC',
  'authorization-config': '',
  'authentication-config': '',
  'anonymous-auth': 'true',
  'token-auth-file': '',
  'service-account-issuer': 'https://kubernetes.default.svc',
  'service-account-signing-key-file': '',
  'service-account-key-file': '',
  'service-account-max-token-expiration': '0s',
  'api-audiences': '',
  ...OIDC_FLAGS,
  ...JUDGE_FLAGS,
  'requestheader-client-ca-file': '',
  'requestheader-allowed-names': '',
  'encryption-provider-config': '',
  'enable-admission-plugins': '',
  'disable-admission-plugins': '',
  'admission-control-config-file': '',
  'max-requests-inflight': '400',
  'max-mutating-requests-inflight': '200',
  ...AUDIT_FLAGS,
  'tracing-config-file': '',
} as const

/** Those that may come more than once, with a value each. */
export const REPEATED_FLAGS = ['oidc-required-claim', 'service-account-issuer'] as const

export type SecurityFlags = Readonly<Record<keyof typeof SECURITY_FLAGS, string>>

/** What an API server has that no flag of these says, or none says otherwise. */
export interface OwnTrust {
  /** Signs tokens of service accounts, PEM. A secret. */
  readonly accountKeyPem?: string
  /** Of client certificates, PEM. */
  readonly clientCaPem: string
  readonly requestHeader?: NonNullable<SecurityOptions['requestHeader']>
}

type Secured = Pick<
  ApiServerOptions,
  | 'security'
  | 'encryption'
  | 'audit'
  | 'fairness'
  | 'enabledAdmission'
  | 'disabledAdmission'
  | 'admissionConfig'
  | 'tracing'
>

/** What the flags say to an API server. Throws `FlagError` for what cannot be read or meant. */
export function securedBy(
  flags: SecurityFlags,
  { log, own }: { log: Log; own: OwnTrust },
): Secured {
  const list = (name: keyof SecurityFlags) => flags[name].split(',').filter((word) => word !== '')
  const audit = auditOf(flags, { log })
  const tracing = tracingOf(flags['tracing-config-file'])
  const encryption = followedFile(
    'encryption-provider-config',
    flags['encryption-provider-config'],
    { parse: (text) => parseEncryption(text, kmsParts()), log },
  )
  return {
    security: securityOf(flags, { log, own }),
    ...(encryption && { encryption }),
    ...(audit && { audit }),
    ...(tracing && { tracing }),
    fairness: { seats: seatsOf(flags) },
    enabledAdmission: list('enable-admission-plugins'),
    disabledAdmission: list('disable-admission-plugins'),
    admissionConfig: admissionOf(flags),
  }
}

/** Plugins keep their connections when the configuration changes. */
const kmsParts = (): KmsParts => ({
  clock: systemClock,
  random: systemRandom(),
  connect(endpoint) {
    const known = kmsClients.get(endpoint)
    if (known) return known
    const client = grpcClient({ endpoints: [endpoint] })
    kmsClients.set(endpoint, client)
    return client
  },
})
const kmsClients = new Map<string, GrpcClient>()

const MODES = ['Node', 'RBAC', 'Webhook', 'AlwaysAllow', 'AlwaysDeny'] as const

function securityOf(
  flags: SecurityFlags,
  { log, own }: { log: Log; own: OwnTrust },
): SecurityOptions {
  const file = (name: keyof SecurityFlags) => fileOf(name, flags[name])
  const list = (name: keyof SecurityFlags) => flags[name].split(',').filter((word) => word !== '')
  const tokens = file('token-auth-file')
  const caPem = file('requestheader-client-ca-file')
  const oidc = oidcOf(flags)
  const names = list('requestheader-allowed-names')
  const header = caPem === '' ? own.requestHeader : { caPem, allowedNames: names }
  const accounts = accountsOf(flags, own)
  return {
    ...authorizationOf(flags, log),
    clientCaPem: own.clientCaPem,
    anonymous: { enabled: flags['anonymous-auth'] !== 'false' },
    ...authenticationOf(flags, log, oidc !== undefined),
    ...(tokens !== '' && { tokenFile: tokens }),
    ...(accounts && { serviceAccounts: accounts }),
    ...(oidc && { oidc }),
    ...(header && { requestHeader: header }),
  }
}

function accountsOf(flags: SecurityFlags, own: OwnTrust): SecurityOptions['serviceAccounts'] {
  const given = fileOf(
    'service-account-signing-key-file',
    flags['service-account-signing-key-file'],
  )
  const key = given === '' ? (own.accountKeyPem ?? '') : given
  if (key === '') return undefined
  const words = (text: string) => text.split(/[\n,]/).filter((word) => word !== '')
  const audiences = words(flags['api-audiences'])
  const flag = 'service-account-max-token-expiration'
  const seconds = secondsOf(flag, flags[flag])
  return {
    issuers: words(flags['service-account-issuer']),
    signer: parsedFlag('service-account-signing-key-file', () => signerOf(key)),
    keysPem: fileOf('service-account-key-file', flags['service-account-key-file']),
    ...(audiences.length > 0 && { audiences }),
    ...(seconds > 0 && { maxExpirationSeconds: seconds }),
  }
}

const LEAST_EXPIRATION_SECONDS = 3600

function secondsOf(flag: string, text: string): number {
  const seconds = durationMs(flag, text) / 1000
  if (seconds === 0 || seconds >= LEAST_EXPIRATION_SECONDS) return seconds
  throw new FlagError(`the ${flag} must be between 1 hour and 2^32 seconds`)
}

function authenticationOf(
  flags: SecurityFlags,
  log: Log,
  hasOidc: boolean,
): Pick<SecurityOptions, 'authenticationConfig'> {
  const flag = 'authentication-config'
  const ownIssuers = flags['service-account-issuer'].split(/[\n,]/)
  const parse = (text: string) => {
    const config = parseAuthentication(text, { ownIssuers })
    if (config.anonymous && flags['anonymous-auth'] !== 'true') {
      throw new FlagError(
        '--anonymous-auth flag cannot be set when anonymous field is configured in ' +
          'authentication configuration file',
      )
    }
    return config
  }
  const followed = followedFile(flag, flags[flag], { parse, log })
  if (followed && hasOidc) {
    throw new FlagError(`${flag} file and oidc-* flags are mutually exclusive`)
  }
  return followed ? { authenticationConfig: followed } : {}
}

function authorizationOf(flags: SecurityFlags, log: Log): SecurityOptions {
  const flag = 'authorization-config'
  const readServer = (path: string) => readJudge(flag, path)
  const parse = (text: string) => parseAuthorization(text, { readJudge: readServer })
  const followed = followedFile(flag, flags[flag], { parse, log })
  if (!followed) {
    const modes = flags['authorization-mode'].split(',').filter((word) => word !== '')
    return { authorization: modes.map(modeOf), ...judgesOf(flags) }
  }
  const isDefault = (name: keyof SecurityFlags) => flags[name] === SECURITY_FLAGS[name]
  const names = Object.keys(SECURITY_FLAGS) as (keyof SecurityFlags)[]
  const others = names.filter((name) => /^authorization-(mode|webhook)/.test(name))
  if (!others.every(isDefault)) {
    throw new FlagError(
      `--${flag} can not be specified when --authorization-mode or --authorization-webhook-* ` +
        'flags are defined',
    )
  }
  return { authorizationConfig: followed, ...judgesOf(flags) }
}

function modeOf(word: string): (typeof MODES)[number] {
  const mode = MODES.find((each) => each === word)
  if (mode) return mode
  throw new FlagError(`--authorization-mode: "${word}" is not one of ${MODES.join(', ')}`)
}

function admissionOf(flags: SecurityFlags): AdmissionConfig {
  const flag = 'admission-control-config-file'
  const path = flags[flag]
  if (path === '') return {}
  // Files that it names lie beside it.
  const near = (name: string) => resolve(dirname(path), name)
  return parsedFlag(flag, () =>
    parseAdmission(fileOf(flag, path), {
      readFile: (name) => fileOf(flag, near(name)),
      readAccess: (name) => readWebhookAccess(flag, near(name)),
    }),
  )
}

/** kube-apiserver's fairness has the seats of both. */
function seatsOf(flags: SecurityFlags): number {
  const names = ['max-requests-inflight', 'max-mutating-requests-inflight'] as const
  const seats = names.map((name) => {
    const value = Number(flags[name])
    if (Number.isInteger(value) && value >= 0) return value
    throw new FlagError(`--${name}: "${flags[name]}" is no whole number`)
  })
  const total = seats.reduce((sum, each) => sum + each, 0)
  if (total > 0) return total
  throw new FlagError(`--${names[0]} and --${names[1]}: together they must be more than 0`)
}
