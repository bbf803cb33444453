import type { OidcOptions } from '../../master/apiserver/index.ts'
import { FlagError, fileOf } from './flags.ts'

/** Flags of kube-apiserver about an issuer of ID tokens. */
export const OIDC_FLAGS = {
  'oidc-issuer-url': '',
  'oidc-client-id': '',
  'oidc-username-claim': 'sub',
  'oidc-username-prefix': '',
  'oidc-groups-claim': '',
  'oidc-groups-prefix': '',
  /** `claim=value`, one a line. */
  'oidc-required-claim': '',
  'oidc-signing-algs': 'RS256',
  'oidc-ca-file': '',
} as const

type Flags = Readonly<Record<keyof typeof OIDC_FLAGS, string>>

/** Undefined: nobody's ID tokens are taken. Throws `FlagError`. */
export function oidcOf(flags: Flags): OidcOptions | undefined {
  const { 'oidc-issuer-url': issuerUrl, 'oidc-client-id': clientId } = flags
  const names = Object.keys(OIDC_FLAGS) as (keyof Flags)[]
  if (names.every((name) => flags[name] === OIDC_FLAGS[name])) return undefined
  if (issuerUrl === '' || clientId === '') {
    throw new FlagError(
      'oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set',
    )
  }
  if (!issuerUrl.startsWith('https://')) {
    throw new FlagError(`--oidc-issuer-url: "${issuerUrl}" does not begin with https://`)
  }
  const caPem = fileOf('oidc-ca-file', flags['oidc-ca-file'])
  return {
    issuerUrl,
    clientId,
    usernameClaim: flags['oidc-username-claim'],
    usernamePrefix: flags['oidc-username-prefix'],
    groupsClaim: flags['oidc-groups-claim'],
    groupsPrefix: flags['oidc-groups-prefix'],
    requiredClaims: claimsOf(flags['oidc-required-claim']),
    signingAlgorithms: flags['oidc-signing-algs'].split(',').map((word) => word.trim()),
    ...(caPem !== '' && { caPem }),
  }
}

function claimsOf(lines: string): Record<string, string> {
  const pairs = lines.split('\n').filter((line) => line !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      throw new FlagError(`--oidc-required-claim: "${pair}" is not of the form claim=value`)
    }),
  )
}
