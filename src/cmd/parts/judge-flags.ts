import type { JudgeOptions, SecurityOptions } from '../../master/apiserver/index.ts'
import { durationMs, FlagError } from './flags.ts'
import { readJudge } from './kubeconfig.ts'

/** Flags of kube-apiserver about servers of others that judge tokens and requests. */
export const JUDGE_FLAGS = {
  'authentication-token-webhook-config-file': '',
  'authentication-token-webhook-version': 'v1beta1',
  'authentication-token-webhook-cache-ttl': '2m0s',
  'authorization-webhook-config-file': '',
  'authorization-webhook-version': 'v1beta1',
  'authorization-webhook-cache-authorized-ttl': '5m0s',
  'authorization-webhook-cache-unauthorized-ttl': '30s',
} as const

type Name = keyof typeof JUDGE_FLAGS
type Flags = Readonly<Record<Name | 'authorization-mode', string>>

/** Throws `FlagError` for what cannot be read or meant. */
export function judgesOf(
  flags: Flags,
): Pick<SecurityOptions, 'tokenWebhook' | 'authorizationWebhook'> {
  const duration = (name: Name) => durationMs(name, flags[name])
  const tokens = serverOf(flags, 'authentication-token-webhook')
  const requests = serverOf(flags, 'authorization-webhook')
  const isAsked = flags['authorization-mode'].split(',').includes('Webhook')
  if (isAsked !== (requests !== undefined)) {
    throw new FlagError(
      '--authorization-webhook-config-file and the mode Webhook of --authorization-mode go together',
    )
  }
  return {
    ...(tokens && {
      tokenWebhook: { ...tokens, ttlMs: duration('authentication-token-webhook-cache-ttl') },
    }),
    ...(requests && {
      authorizationWebhook: {
        ...requests,
        allowedTtlMs: duration('authorization-webhook-cache-authorized-ttl'),
        refusedTtlMs: duration('authorization-webhook-cache-unauthorized-ttl'),
      },
    }),
  }
}

function serverOf(
  flags: Flags,
  which: 'authentication-token-webhook' | 'authorization-webhook',
): JudgeOptions | undefined {
  const path = flags[`${which}-config-file`]
  const version = flags[`${which}-version`]
  if (path === '') return undefined
  if (version === 'v1' || version === 'v1beta1') {
    return { ...readJudge(`${which}-config-file`, path), version }
  }
  throw new FlagError(`--${which}-version: "${version}" is neither v1 nor v1beta1`)
}
