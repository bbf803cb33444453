import type { DeepReadonly } from '../../base/index.ts'
import type { Probe } from '../../api/index.ts'
import type { KillCause } from './container-plan.ts'
import type { PodContext } from './context.ts'
import type { ContainerView } from './pod-words.ts'
import { check, type CheckTarget } from './probes/check.ts'
import { type ProbeType, runProber } from './probes/prober.ts'
import type { ObservedContainer } from './runtime/types.ts'

/** What the probes of one attempt of a container have found. */
export interface ProbeFindings {
  /** The startup probe has passed, or there is none. */
  started: boolean
  /** The readiness probe passes, or there is none. */
  ready: boolean
  killBecause?: KillCause
}

/** Probes one running attempt until `stop`. Findings change in place; `onChange` tells. */
export class ContainerProbes {
  readonly containerId: string
  readonly findings: ProbeFindings
  readonly #stop = new AbortController()

  constructor(
    options: {
      container: ContainerView
      observed: ObservedContainer
      podIp: string
      /** What an earlier agent had found out about this very attempt. */
      before: { started: boolean; ready: boolean } | undefined
      onChange(): void
      onUnhealthy(message: string): void
    },
    context: PodContext,
  ) {
    const { container, observed, before } = options
    this.containerId = observed.id
    this.findings = {
      started: container.startupProbe ? (before?.started ?? false) : true,
      ready: container.readinessProbe ? (before?.ready ?? false) : true,
    }
    if (context.runtime.hollow) {
      this.findings.started = true
      this.findings.ready = true
      return
    }
    const probes: [ProbeType, DeepReadonly<Probe> | undefined][] = [
      ['Startup', container.startupProbe],
      ['Readiness', container.readinessProbe],
      ['Liveness', container.livenessProbe],
    ]
    for (const [type, probe] of probes) {
      if (probe) this.#run(type, probe, options, context)
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  #run(
    type: ProbeType,
    probe: DeepReadonly<Probe>,
    options: {
      container: ContainerView
      observed: ObservedContainer
      podIp: string
      onChange(): void
      onUnhealthy(message: string): void
    },
    context: PodContext,
  ): void {
    const { container, observed, podIp } = options
    const { signal } = this.#stop
    const target: CheckTarget = {
      container,
      podIp,
      exec: (call) => context.runtime.exec(observed.id, call),
    }
    const { net, dialGrpc, clock } = context
    const parts = { net, dialGrpc, clock, signal }
    const running = runProber(
      {
        type,
        probe,
        startedAtMs: observed.state.startedAtMs,
        check: () => check(probe, target, parts),
        isDue: () => (type === 'Startup') !== this.findings.started && !this.findings.killBecause,
        onVerdict: (passed) => {
          if (this.#settle(type, passed, { container, probe })) options.onChange()
        },
        onFailure: (message) => options.onUnhealthy(message),
      },
      parts,
    )
    running.catch((error: unknown) => {
      if (signal.aborted) return
      context.log.error('a probe has stopped', { container: container.name, type, error })
    })
  }

  /** True when something changed. */
  #settle(
    type: ProbeType,
    passed: boolean,
    { container, probe }: { container: ContainerView; probe: DeepReadonly<Probe> },
  ): boolean {
    if (type === 'Readiness') {
      if (this.findings.ready === passed) return false
      this.findings.ready = passed
      return true
    }
    if (passed) {
      if (type !== 'Startup' || this.findings.started) return false
      this.findings.started = true
      return true
    }
    const what = `${type.toLowerCase()} probe`
    const { terminationGracePeriodSeconds: graceSeconds } = probe
    this.findings.killBecause = {
      message: `Container ${container.name} failed ${what}, will be restarted`,
      ...(graceSeconds !== undefined && { graceSeconds }),
    }
    return true
  }
}
