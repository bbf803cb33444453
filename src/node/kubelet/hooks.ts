import {
  type Clock,
  type DeepReadonly,
  type ExecResult,
  type Net,
  sleep,
} from '../../base/index.ts'
import type { LifecycleHandler } from '../../api/index.ts'
import type { ContainerView } from './pod-words.ts'
import { absolutePath, resolvePort, schemeOf } from './probes/check.ts'
import { httpGet } from './probes/http-get.ts'

export interface HookTarget {
  readonly container: ContainerView
  readonly podIp: string
  exec(options: {
    command: readonly string[]
    timeoutMs: number
    signal: AbortSignal
  }): Promise<ExecResult>
}

/**
 * Runs a postStart or preStop hook. Resolves with undefined when it succeeded, else with why it
 * failed, in words for a `FailedPostStartHook` or `FailedPreStopHook` event.
 */
export async function runHook(
  hook: DeepReadonly<LifecycleHandler>,
  target: HookTarget,
  options: { timeoutMs: number; net: Net; clock: Clock; signal: AbortSignal },
): Promise<string | undefined> {
  const { timeoutMs, signal, clock } = options
  try {
    if (hook.sleep) {
      await sleep(clock, Math.min(hook.sleep.seconds * 1000, timeoutMs), { signal })
      return undefined
    }
    if (hook.exec) {
      const command = hook.exec.command ?? []
      const result = await target.exec({ command, timeoutMs, signal })
      if (result.exitCode === 0 && !result.timedOut) return undefined
      const how = result.timedOut ? 'timed out' : `exited with ${result.exitCode}`
      return `exec hook '${command.join(' ')}' ${how}: ${result.output}`
    }
    if (hook.httpGet) {
      const { host, path, port, scheme, httpHeaders } = hook.httpGet
      const request = {
        scheme: schemeOf(scheme),
        host: host || target.podIp,
        port: resolvePort(port, target.container),
        path: absolutePath(path),
        headers: httpHeaders ?? [],
        timeoutMs,
      }
      const result = await httpGet(request, options)
      return result.kind === 'failed' ? result.message : undefined
    }
    return 'invalid handler: exec, httpGet or sleep must be given'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
