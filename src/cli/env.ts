import type { Command } from 'commander'
import { type CommonOptions, command } from './options.ts'
import type { CliPorts } from './ports.ts'

/** `navarch env`: for `eval "$(navarch env)"`. */
export function envCommand(ports: CliPorts): Command {
  return command('env', 'print export lines that make kubectl and etcdctl use the cluster').action(
    async (options: CommonOptions) => {
      const variables = await ports.cluster(options.dataDir).environment()
      for (const [name, value] of Object.entries(variables)) {
        ports.terminal.out(`export ${name}=${quote(value)}\n`)
      }
    },
  )
}

function quote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}
