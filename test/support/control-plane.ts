import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export type PartName = 'scheduler' | 'controller-manager'

/** A scheduler, or a controller manager. */
export interface Maker {
  readonly name: string
  readonly command: readonly string[]
}

const OURS: Readonly<Record<PartName, Maker>> = {
  scheduler: { name: 'navarch', command: ['bin/navarch', 'scheduler'] },
  'controller-manager': { name: 'navarch', command: ['bin/navarch', 'controller-manager'] },
}
/** The same work as ours: no election, nothing served, and no limit of calls but the server's. */
const UPSTREAM_FLAGS = [
  '--leader-elect=false',
  '--secure-port=0',
  '--kube-api-qps=5000',
  '--kube-api-burst=5000',
]
const VARIABLES: Readonly<Record<PartName, string>> = {
  scheduler: 'KUBE_SCHEDULER',
  'controller-manager': 'KUBE_CONTROLLER_MANAGER',
}

/** Of `/proc/PID/stat`, behind the name. */
const USER_TICKS = 11
const SYSTEM_TICKS = 12
const TICKS_PER_SECOND = 100

/** Ours first, then Kubernetes' own where `KUBE_SCHEDULER`, `KUBE_CONTROLLER_MANAGER` name it. */
export function makersOf(part: PartName): Maker[] {
  const program = process.env[VARIABLES[part]]
  if (!program) return [OURS[part]]
  return [OURS[part], { name: `kube-${part}`, command: [program, ...UPSTREAM_FLAGS] }]
}

/** Runs until `stop`. Both take the same flag for the way to the API. */
export class RunningPart {
  readonly #child: ChildProcess
  readonly #name: string

  constructor({ name, command }: Maker, { kubeconfig }: { kubeconfig: string }) {
    const [program = '', ...args] = command
    this.#name = name
    this.#child = spawn(program, [...args, '--kubeconfig', kubeconfig], { stdio: 'ignore' })
    this.#child.on('error', () => undefined)
  }

  /** Throws when it has ended by itself. */
  check(): void {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) {
      throw new Error(`${this.#name} ended with ${exitCode ?? signalCode}`)
    }
  }

  /** What it has used of the processors so far (Linux: `/proc`). */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }
}
