import type { Command } from 'commander'
import { type CommonOptions, command, context, wholeNumber } from './options.ts'
import { type CliPorts, type Started, UsageError } from './ports.ts'
import { duration } from './table.ts'

interface UpOptions extends CommonOptions {
  readonly masters?: number
  readonly nodes?: number
  readonly hollowNodes?: number
  readonly apiOnly?: boolean
  readonly foreground?: boolean
}

const HOLLOW_NODES_MAX = 10_000
const HOLLOW_HELP = 'nodes of a new cluster whose containers do nothing, for tests of scale'

/** `navarch up`: starts what does not run yet, and waits until all of it is ready. */
export function upCommand(ports: CliPorts): Command {
  return command('up', 'start the cluster: masters and nodes, each a process of its own')
    .option('--masters <number>', 'masters of a new cluster (default: 3)', wholeNumber(1, 7))
    .option('--nodes <number>', 'nodes of a new cluster (default: 2)', wholeNumber(0, 50))
    .option('--hollow-nodes <number>', HOLLOW_HELP, wholeNumber(1, HOLLOW_NODES_MAX))
    .option('--api-only', 'the store and the API alone: no controllers, scheduler or nodes')
    .option('--foreground', 'stay, and stop the cluster with Ctrl-C')
    .action(async (options: UpOptions) => {
      const { masters, nodes, hollowNodes, apiOnly } = options
      if (apiOnly && (nodes || hollowNodes)) {
        throw new UsageError(
          '--api-only: such a cluster has no nodes; leave that option or this one out',
        )
      }
      const cluster = ports.cluster(options.dataDir)
      const size = {
        ...(masters !== undefined && { masters }),
        ...(nodes !== undefined && { nodes }),
        ...(hollowNodes !== undefined && { hollowNodes }),
        ...(apiOnly !== undefined && { apiOnly }),
      }
      const result = await cluster.up(size, context(ports))
      ports.terminal.out(welcome(result, options.dataDir))
      if (!options.foreground) return
      await new Promise<void>((resolve) => {
        ports.signal.addEventListener('abort', () => resolve(), { once: true })
        if (ports.signal.aborted) resolve()
      })
      const signal = new AbortController().signal
      await cluster.down({ purge: false }, { ...context(ports), signal })
    })
}

function welcome(result: Started, dataDir: string | undefined): string {
  const flag = dataDir === undefined ? '' : ` --data-dir ${dataDir}`
  return `
The cluster is ready: ${sizeOf(result)}, in ${duration(result.tookMs)}.
kubeconfig: ${result.kubeconfig}

${hints(result, flag)}
`
}

function sizeOf({ masters, nodes, hollowNodes }: Started): string {
  const few = `${count(masters, 'master')}, ${count(nodes, 'node')}`
  return hollowNodes > 0 ? `${few}, ${count(hollowNodes, 'hollow node')}` : few
}

/** What to try, as far as a cluster of this size can do it. */
function hints({ masters, nodes }: Started, flag: string): string {
  const lines: (readonly [command: string, what: string])[] = [
    [`eval "$(bin/navarch env${flag})"`, 'kubectl and etcdctl use this cluster'],
    ['kubectl get nodes', ''],
  ]
  if (nodes > 0) {
    lines.push(['kubectl apply -f cluster/examples/web.yaml', 'three pods behind a Service'])
  }
  lines.push([`bin/navarch status${flag}`, 'who leads the store and the controllers'])
  if (masters >= 3) {
    lines.push(
      [`bin/navarch kill master-1${flag}`, 'SIGKILL: everything goes on'],
      [`bin/navarch drill failover${flag}`, 'the same ten times, measured'],
    )
  }
  lines.push([`bin/navarch down${flag}`, 'the end; the data stays'])
  const width = Math.max(...lines.map(([command]) => command.length))
  return lines.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`.trimEnd()).join('\n')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
