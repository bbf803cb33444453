import type { Command } from 'commander'
import { type CommonOptions, command, wholeNumber } from './options.ts'
import type { CliPorts } from './ports.ts'

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean
  readonly tail?: number
}

/** `navarch logs`: what a master or node has written. */
export function logsCommand(ports: CliPorts): Command {
  return command('logs', 'print the log of a master or node')
    .argument('<name>', 'such as master-1 or node-2')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('--tail <lines>', 'only the last lines', wholeNumber(0, 1_000_000))
    .action(async (name: string, options: LogsOptions) => {
      const { follow = false, tail } = options
      const { signal } = ports
      const text = ports.cluster(options.dataDir).logs(name, { follow, tail, signal })
      for await (const piece of text) ports.terminal.out(piece)
    })
}
