import type { ContainerFacts, KillCause } from './container-plan.ts'
import type { ContainerProbes } from './pod-probes.ts'
import type { ContainerVerdict, Waiting } from './status.ts'

/** What a pod worker remembers of one container between two rounds. */
export class ContainerMemory {
  /** A start, hook or stop is under way. */
  busy = false
  /** Why it does not run. */
  waiting: Waiting | undefined
  /** The next start waits until then, whatever else. */
  retryAtMs: number | undefined
  /** The image was missing at this time. */
  pullFailure: { readonly atMs: number; readonly message: string; told: boolean } | undefined
  probes: ContainerProbes | undefined
  /** The postStart hook of this attempt still runs, or has failed. */
  hook: 'none' | 'running' | 'failed' = 'none'
  /** It has to be started anew for what it has been given. */
  resized = false
  /** The attempt whose back-off was told by an event. */
  backoffToldAttempt = -1
  /** Ends a preStop hook early, when the grace is cut short. */
  stopping: { readonly containerId: string; readonly hook: AbortController } | undefined

  facts(name: string): ContainerFacts {
    const killBecause = this.#killBecause(name)
    return { busy: this.busy, started: this.#started(), ...(killBecause && { killBecause }) }
  }

  verdict(): ContainerVerdict {
    const started = this.#started()
    return {
      started,
      ready: started && (this.probes?.findings.ready ?? false),
      ...(this.waiting && { waiting: this.waiting }),
    }
  }

  #started(): boolean {
    return this.hook === 'none' && (this.probes?.findings.started ?? false)
  }

  #killBecause(name: string): KillCause | undefined {
    if (this.resized) return { message: `Container ${name} resize requires restart` }
    if (this.hook === 'failed') return { message: 'FailedPostStartHook' }
    return this.probes?.findings.killBecause
  }
}

/** What a pod worker remembers of all its containers. */
export class ContainerMemories {
  readonly #byName = new Map<string, ContainerMemory>()

  of(name: string): ContainerMemory {
    const known = this.#byName.get(name)
    if (known) return known
    const memory = new ContainerMemory()
    this.#byName.set(name, memory)
    return memory
  }

  all(): Iterable<ContainerMemory> {
    return this.#byName.values()
  }

  facts(): ReadonlyMap<string, ContainerFacts> {
    return new Map([...this.#byName].map(([name, memory]) => [name, memory.facts(name)]))
  }

  verdicts(): ReadonlyMap<string, ContainerVerdict> {
    return new Map([...this.#byName].map(([name, memory]) => [name, memory.verdict()]))
  }
}
