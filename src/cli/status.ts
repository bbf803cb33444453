import type { Command } from 'commander'
import { command, json, type OutputOptions, outputOption } from './options.ts'
import type { CliPorts, ClusterStatus, MasterStatus } from './ports.ts'
import { table, yesNo } from './table.ts'

/** `navarch status`: each master's part in Raft, who leads what, and the nodes. */
export function statusCommand(ports: CliPorts): Command {
  return command('status', 'show masters (Raft role, term, indexes, who leads) and nodes')
    .addOption(outputOption())
    .action(async (options: OutputOptions) => {
      const status = await ports.cluster(options.dataDir).status({ signal: ports.signal })
      ports.terminal.out(options.output === 'json' ? json(status) : describe(status))
    })
}

function describe({ masters, nodes, notes }: ClusterStatus): string {
  const heads = [
    'MASTER',
    'PID',
    'STATE',
    'ROLE',
    'TERM',
    'COMMIT',
    'APPLIED',
    'LEADS',
    'API',
    'HEALTHY',
  ]
  const parts = [table(heads, masters.map(masterRow))]
  if (nodes.length > 0) {
    const rows = nodes.map((node) => [
      node.name,
      node.pid || '-',
      node.known ? yesNo(node.ready) : '?',
      node.known ? node.pods : '?',
    ])
    parts.push(table(['NODE', 'PID', 'READY', 'PODS'], rows))
  }
  if (notes.length > 0) parts.push(`${notes.join('\n')}\n`)
  return parts.join('\n')
}

function masterRow({ name, pid, state, raft, leads, api }: MasterStatus): unknown[] {
  const leading = (['store', 'controllers', 'scheduler'] as const).filter((part) => leads[part])
  return [
    name,
    pid || '-',
    state,
    raft?.role ?? '-',
    raft?.term ?? '-',
    raft?.commitIndex ?? '-',
    raft?.appliedIndex ?? '-',
    leading.join(',') || '-',
    api.endpoint,
    yesNo(api.healthy),
  ]
}
