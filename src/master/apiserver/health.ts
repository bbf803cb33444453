import type { HttpResponse } from '../../base/index.ts'
import { replyText } from './respond.ts'
import type { Route } from './handler.ts'

/** One thing that must be well. Throws when it is not; the text goes to nobody but its own path. */
export interface HealthCheck {
  readonly name: string
  check(options: { signal: AbortSignal }): Promise<void> | void
}

/** Checks by path: `livez` for restarts, `readyz` for traffic, `healthz` for both, as of old. */
export interface HealthChecks {
  readonly healthz: readonly HealthCheck[]
  readonly livez: readonly HealthCheck[]
  readonly readyz: readonly HealthCheck[]
}

const PATH = /^\/(healthz|livez|readyz)(?:\/(.*))?$/

/** `/healthz`, `/livez` and `/readyz`, with `?verbose` and `?exclude=`, and each check by itself. */
export function healthRoute(checks: HealthChecks): Route {
  return async ({ request, info }) => {
    const match = PATH.exec(info.path)
    if (!match) return undefined
    const group = match[1] as keyof HealthChecks
    const name = match[2] ?? ''
    const { signal } = request
    if (match[2] === undefined) return all(group, checks[group], { query: info.query, signal })
    const found = checks[group].find((check) => check.name === name)
    return found ? one(found, signal) : replyText(404, '404 page not found\n')
  }
}

/** The paths that are answered: of each group, and of each of its checks. */
export function healthPaths(checks: HealthChecks): string[] {
  return (['healthz', 'livez', 'readyz'] as const).flatMap((group) => [
    `/${group}`,
    ...checks[group].map(({ name }) => `/${group}/${name}`),
  ])
}

async function one(check: HealthCheck, signal: AbortSignal): Promise<HttpResponse> {
  try {
    await check.check({ signal })
    const { headers, ...ok } = replyText(200, 'ok')
    // Upstream says so of whatever is asked of all checks, and of what has failed.
    return { ...ok, headers: { 'content-type': headers['content-type'] ?? '' } }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return replyText(500, `internal server error: ${why}\n`)
  }
}

async function all(
  group: string,
  checks: readonly HealthCheck[],
  of: { query: URLSearchParams; signal: AbortSignal },
): Promise<HttpResponse> {
  const excluded = new Set(of.query.getAll('exclude'))
  let failed = false
  let text = ''
  for (const check of checks) {
    const { name } = check
    if (excluded.delete(name)) {
      text += `[+]${name} excluded: ok\n`
      continue
    }
    try {
      await check.check({ signal: of.signal })
      text += `[+]${name} ok\n`
    } catch {
      failed = true
      text += `[-]${name} failed: reason withheld\n`
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => `"${name}"`).join(', ')
    text += `warn: some health checks cannot be excluded: no matches for ${names}\n`
  }
  if (failed) return replyText(500, `${text}${group} check failed\n`)
  return replyText(200, of.query.has('verbose') ? `${text}${group} check passed\n` : 'ok')
}
