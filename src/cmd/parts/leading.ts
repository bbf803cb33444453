import { systemClock, systemRandom } from '../../platform/index.ts'
import { openLog } from '../../platform/index.ts'
import { hostname } from 'node:os'
import type { Candidate, CandidateParts, ElectionTimes } from './candidates.ts'
import { helpOf, type KnownFlag } from './flag-words.ts'
import { durationMs, FlagError, readFlags, required } from './flags.ts'
import { connect, readKubeconfig } from './kubeconfig.ts'
import { logLevel, untilStopped } from './part.ts'

/** Flags that kube-scheduler and kube-controller-manager have in common. */
const FLAGS = {
  kubeconfig: '',
  'leader-elect-lease-duration': '15s',
  'leader-elect-renew-deadline': '10s',
  'leader-elect-retry-period': '2s',
} as const

const STOP_TIMEOUT_MS = 5000

export interface LeadingProgram<Name extends KnownFlag> {
  /** `scheduler`. */
  readonly command: string
  readonly purpose: string
  /** Flags of its own, with their defaults. */
  readonly flags: Readonly<Record<Name, string>>
  candidate(parts: CandidateParts, flags: Readonly<Record<Name, string>>): Candidate
}

/** Runs a program of which one among several works: it is elected by a Lease. */
export async function runLeading<Name extends KnownFlag>(of: LeadingProgram<Name>): Promise<void> {
  const defaults = { ...FLAGS, ...of.flags }
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== of.command)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpOf(`navarch ${of.command}: ${of.purpose}`, defaults))
    return
  }
  const flags = readFlags<string>(args, defaults)
  const given = (name: keyof typeof FLAGS) => flags[name] ?? ''
  const access = readKubeconfig(required('kubeconfig', given('kubeconfig'), 'kubeconfig'))
  const times = electionTimes(given)
  const log = openLog({ level: logLevel() }).child({ part: of.command })
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new Error(signal)))
  }
  const connection = connect(access)
  const { transport: api } = connection
  const parts = { name: hostname(), api, clock: systemClock, random: systemRandom(), log, times }
  const candidate = of.candidate(parts, flags as Readonly<Record<Name, string>>)
  const working = candidate.run({ signal: stop.signal })
  log.info('started', { server: access.server })
  const close = async () => {
    await working
    await connection.close()
  }
  await untilStopped(stop.signal, close, { timeoutMs: STOP_TIMEOUT_MS })
}

/** The end of such a program: 2 for what it was told wrongly, 1 for what failed. */
export function endWith(command: string, run: Promise<void>): void {
  run
    .then(() => process.exit(0))
    .catch((error: unknown) => {
      console.error(`navarch ${command}: ${error instanceof Error ? error.message : String(error)}`)
      process.exit(error instanceof FlagError ? 2 : 1)
    })
}

function electionTimes(given: (name: keyof typeof FLAGS) => string): ElectionTimes {
  const of = (name: keyof typeof FLAGS) => durationMs(name, given(name))
  const times = {
    leaseDurationMs: of('leader-elect-lease-duration'),
    renewDeadlineMs: of('leader-elect-renew-deadline'),
    retryPeriodMs: of('leader-elect-retry-period'),
  }
  if (times.leaseDurationMs <= times.renewDeadlineMs) {
    throw new FlagError('--leader-elect-lease-duration: must be greater than the renew deadline')
  }
  if (times.renewDeadlineMs <= times.retryPeriodMs) {
    throw new FlagError('--leader-elect-renew-deadline: must be greater than the retry period')
  }
  return times
}
