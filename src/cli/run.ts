import { Command, CommanderError } from 'commander'
import { backupCommand } from './backup.ts'
import { downCommand } from './down.ts'
import { drillCommand } from './drill.ts'
import { envCommand } from './env.ts'
import { killCommand } from './kill.ts'
import { logsCommand } from './logs.ts'
import { nodeCommand } from './node.ts'
import { type CliPorts, UsageError, UserError } from './ports.ts'
import { simulateCommand } from './simulate.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { upCommand } from './up.ts'
import { versionCommand } from './version.ts'

const PARTS_HELP = `
The parts also run alone: navarch store, etcd, apiserver, scheduler, controller-manager;
navarch etcdutl reads and restores backups. Each has --help.`

const COMMANDS = [
  upCommand,
  downCommand,
  statusCommand,
  killCommand,
  startCommand,
  nodeCommand,
  logsCommand,
  envCommand,
  backupCommand,
  drillCommand,
  simulateCommand,
  versionCommand,
]

/** Runs one command line. The exit code: 0 done, 1 failed, 2 called wrongly. */
export async function runCli(args: readonly string[], ports: CliPorts): Promise<number> {
  const { terminal } = ports
  const program = new Command('navarch')
    .description('A complete, highly available Kubernetes: local clusters of masters and nodes.')
    .version(`navarch ${ports.version}`, '-V, --version', 'print the version')
    .addHelpText('after', PARTS_HELP)
  for (const make of COMMANDS) program.addCommand(make(ports))
  configure(program, ports)
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (ports.signal.aborted) {
      terminal.err('interrupted\n')
      return 130
    }
    if (error instanceof UsageError) {
      terminal.err(`error: ${error.message}\n`)
      return 2
    }
    if (!isForUser(error)) throw error
    terminal.err(`error: ${error.message}\n`)
    return 1
  }
}

/** Errors of the ports say what a user can do; anything else is a bug and keeps its stack. */
const KNOWN = new Set([
  'DiskError',
  'NetError',
  'ProcessError',
  'ConnectionError',
  'StatusError',
  'GrpcError',
  'KvError',
])

function isForUser(error: unknown): error is Error {
  return error instanceof UserError || (error instanceof Error && KNOWN.has(error.name))
}

function configure(command: Command, ports: CliPorts): void {
  command.exitOverride()
  command.showHelpAfterError('(see --help)')
  command.configureOutput({
    writeOut: (text) => ports.terminal.out(text),
    writeErr: (text) => ports.terminal.err(text),
  })
  for (const inner of command.commands) configure(inner, ports)
}
