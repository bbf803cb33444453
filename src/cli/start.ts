import type { Command } from 'commander'
import { type CommonOptions, command, context } from './options.ts'
import type { CliPorts } from './ports.ts'

/** `navarch start`: brings a stopped part back. */
export function startCommand(ports: CliPorts): Command {
  return command('start', 'start a master or node that was killed')
    .argument('<name>', 'such as master-1 or node-2')
    .action(async (name: string, options: CommonOptions) => {
      await ports.cluster(options.dataDir).start(name, context(ports))
      ports.terminal.out(`${name} runs\n`)
    })
}
