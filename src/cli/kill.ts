import type { Command } from 'commander'
import { type CommonOptions, command } from './options.ts'
import { type CliPorts, UsageError } from './ports.ts'

const SIGNALS = new Set(
  'HUP INT QUIT ABRT KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT STOP TSTP'.split(' '),
)

/** `navarch kill`: a machine's failure, or another signal. */
export function killCommand(ports: CliPorts): Command {
  return command('kill', 'send a signal to a master or node; by default SIGKILL')
    .argument('<name>', 'such as master-1 or node-2')
    .option('-s, --signal <signal>', 'such as SIGTERM, SIGSTOP, SIGCONT', 'SIGKILL')
    .action(async (name: string, options: CommonOptions & { signal: string }) => {
      const upper = options.signal.toUpperCase()
      const signal = upper.startsWith('SIG') ? upper : `SIG${upper}`
      if (!SIGNALS.has(signal.slice(3))) {
        throw new UsageError(
          `no such signal: ${options.signal} (such as SIGTERM, SIGKILL, SIGSTOP)`,
        )
      }
      await ports.cluster(options.dataDir).kill(name, signal)
      ports.terminal.out(`${name}: ${signal} sent\n`)
    })
}
