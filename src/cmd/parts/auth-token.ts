import { readFileSync } from 'node:fs'
import { openTokenKey } from '../../platform/index.ts'
import type { AuthOptions } from '../../store/index.ts'
import { FlagError } from './flags.ts'

const TTL_SECONDS = 300
const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/**
 * etcd's `--auth-token`: `simple`, or `jwt,sign-method=RS256,pub-key=FILE,priv-key=FILE,ttl=10m`.
 * Throws `FlagError`.
 */
export function readAuthToken(text: string): Pick<AuthOptions, 'jwt'> {
  const [kind, ...pairs] = text.split(',')
  if (kind === 'simple' || kind === '') return {}
  if (kind !== 'jwt') throw new FlagError(`--auth-token: unknown type "${kind}": simple or jwt`)
  const options = new Map<string, string>()
  for (const pair of pairs) {
    const [name, value, more] = pair.split('=')
    if (name === undefined || value === undefined || more !== undefined || options.has(name)) {
      throw new FlagError(`--auth-token: invalid auth options at "${name}"`)
    }
    options.set(name, value)
  }
  const fileOf = (name: string) => {
    const path = options.get(name)
    return path === undefined || path === '' ? undefined : readFileSync(path, 'utf8')
  }
  try {
    const publicPem = fileOf('pub-key')
    const privatePem = fileOf('priv-key')
    const key = openTokenKey({
      algorithm: options.get('sign-method') ?? '',
      ...(publicPem !== undefined && { publicPem }),
      ...(privatePem !== undefined && { privatePem }),
    })
    return { jwt: { key, ttlSeconds: readTtl(options.get('ttl')) } }
  } catch (error) {
    if (error instanceof FlagError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new FlagError(`--auth-token: ${message}`)
  }
}

/** Go's durations: `1h30m`, `90s`. */
function readTtl(text: string | undefined): number {
  if (text === undefined || text === '') return TTL_SECONDS
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new FlagError(`--auth-token: ttl "${text}" is no duration such as 10m`)
  }
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit ?? ''] ?? 0)
  }
  return seconds
}
