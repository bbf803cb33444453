import { Command } from 'commander'
import type { CliPorts } from './ports.ts'

/** `navarch version`. */
export function versionCommand(ports: CliPorts): Command {
  return new Command('version')
    .description('print the version')
    .action(() => ports.terminal.out(`navarch ${ports.version}\n`))
}
