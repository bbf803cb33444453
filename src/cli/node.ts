import { Command } from 'commander'
import { type CommonOptions, command, context } from './options.ts'
import type { CliPorts } from './ports.ts'

/** `navarch node add`: a node that comes in as anywhere, by a token and a request for a certificate. */
export function nodeCommand(ports: CliPorts): Command {
  const add = command('add', 'one more node, which joins with a bootstrap token').action(
    async (options: CommonOptions) => {
      const name = await ports.cluster(options.dataDir).addNode(context(ports))
      ports.terminal.out(`${name} has joined.\n`)
    },
  )
  return new Command('node').description('nodes of a cluster that runs').addCommand(add)
}
