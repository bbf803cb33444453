import type { Command } from 'commander'
import { type CommonOptions, command, context } from './options.ts'
import type { CliPorts } from './ports.ts'

/** `navarch down`: ends all processes of the cluster, pods too. */
export function downCommand(ports: CliPorts): Command {
  return command('down', 'stop the cluster; its data stays for the next `navarch up`')
    .option('--purge', 'also remove all its data, certificates and logs')
    .action(async (options: CommonOptions & { purge?: boolean }) => {
      const purge = options.purge ?? false
      const had = await ports.cluster(options.dataDir).down({ purge }, context(ports))
      const done = purge ? 'The cluster is stopped and removed.' : 'The cluster is stopped.'
      ports.terminal.out(`${had ? done : 'There is no cluster: nothing to remove.'}\n`)
    })
}
