import type { Command } from 'commander'
import { type CommonOptions, command, context, wholeNumber } from './options.ts'
import { type CliPorts, FLAGGED, type PartArgs, type Started, UsageError } from './ports.ts'
import { duration } from './table.ts'

interface UpOptions extends CommonOptions {
  readonly masters?: number
  readonly nodes?: number
  readonly hollowNodes?: number
  readonly apiOnly?: boolean
  readonly archive?: string
  readonly foreground?: boolean
  readonly apiserverArg?: readonly string[]
  readonly controllerManagerArg?: readonly string[]
  readonly schedulerArg?: readonly string[]
  readonly kubeletArg?: readonly string[]
}

const HOLLOW_NODES_MAX = 10_000
const ARCHIVE_HELP = 'where masters archive every change, for restores to any moment; kept'
const HOLLOW_HELP = 'nodes of a new cluster whose containers do nothing, for tests of scale'

/** `navarch up`: starts what does not run yet, and waits until all of it is ready. */
export function upCommand(ports: CliPorts): Command {
  const up = command('up', 'start the cluster: masters and nodes, each a process of its own')
    .option('--masters <number>', 'masters of a new cluster (default: 3)', wholeNumber(1, 7))
    .option(
      '--nodes <number>',
      'nodes of a new cluster (default: 2; beside hollow ones 0)',
      wholeNumber(0, 50),
    )
    .option('--hollow-nodes <number>', HOLLOW_HELP, wholeNumber(1, HOLLOW_NODES_MAX))
    .option('--api-only', 'the store and the API alone: no controllers, scheduler or nodes')
    .option('--archive <folder>', ARCHIVE_HELP)
    .option('--foreground', 'stay, and stop the cluster with Ctrl-C')
  for (const part of FLAGGED) {
    const what = `a flag of each ${part}, kept with the cluster; may come more than once; empty: none any more`
    up.option(`--${part}-arg <name=value>`, what, collect)
  }
  return up.action(async (options: UpOptions) => {
    const { masters, nodes, hollowNodes, apiOnly, archive } = options
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
      ...(archive !== undefined && { archive: archive && ports.absolute(archive) }),
      ...argsOf(options, ports),
    }
    const result = await cluster.up(size, context(ports))
    ports.terminal.out(welcome(result, options))
    if (!options.foreground) return
    await new Promise<void>((resolve) => {
      ports.signal.addEventListener('abort', () => resolve(), { once: true })
      if (ports.signal.aborted) resolve()
    })
    const signal = new AbortController().signal
    await cluster.down({ purge: false }, { ...context(ports), signal })
  })
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** An empty value stands for none: what the cluster has goes. */
function argsOf(options: UpOptions, ports: CliPorts): { args?: PartArgs } {
  const given = {
    apiserver: options.apiserverArg,
    'controller-manager': options.controllerManagerArg,
    scheduler: options.schedulerArg,
    kubelet: options.kubeletArg,
  }
  const args: Partial<Record<(typeof FLAGGED)[number], string[]>> = {}
  for (const part of FLAGGED) {
    const words = given[part]
    if (!words) continue
    args[part] = words.filter((word) => word !== '').map((word) => argOf(part, word, ports))
  }
  return Object.keys(args).length > 0 ? { args } : {}
}

function argOf(part: string, word: string, ports: CliPorts): string {
  const [, name, value] = /^(?:--)?([a-z0-9-]+)=(.*)$/s.exec(word) ?? []
  if (name === undefined || value === undefined) {
    throw new UsageError(`--${part}-arg: "${word}" is not of the form name=value`)
  }
  // The parts run in the cluster's folder: a file that is meant from here is named from the root.
  return NAMES_FILE.test(name) && value !== '' && value !== '-'
    ? `${name}=${ports.absolute(value)}`
    : `${name}=${value}`
}

const NAMES_FILE = /(?:^|-)(?:file|path|config)$/

function welcome(result: Started, { dataDir, foreground = false }: UpOptions): string {
  const flag = dataDir === undefined ? '' : ` --data-dir ${dataDir}`
  return `
The cluster is ready: ${sizeOf(result)}, in ${duration(result.tookMs)}.
kubeconfig: ${result.kubeconfig}

${hints(result, flag, foreground)}
`
}

function sizeOf({ masters, nodes, hollowNodes }: Started): string {
  const few = `${count(masters, 'master')}, ${count(nodes, 'node')}`
  return hollowNodes > 0 ? `${few}, ${count(hollowNodes, 'hollow node')}` : few
}

/** What to try, as far as a cluster of this size can do it. */
function hints({ masters, nodes, apiOnly }: Started, flag: string, foreground: boolean): string {
  const lines: (readonly [command: string, what: string])[] = [
    [`eval "$(bin/navarch env${flag})"`, 'kubectl and etcdctl use this cluster'],
    [apiOnly ? 'kubectl api-resources' : 'kubectl get nodes', ''],
  ]
  if (nodes > 0) {
    lines.push(['kubectl apply -f cluster/examples/web.yaml', 'three pods behind a Service'])
  }
  lines.push([
    `bin/navarch status${flag}`,
    apiOnly ? 'who leads the store' : 'who leads the store and the controllers',
  ])
  if (masters >= 3) {
    lines.push(
      [`bin/navarch kill master-1${flag}`, 'SIGKILL: everything goes on'],
      [`bin/navarch drill failover${flag}`, 'the same ten times, measured'],
    )
  }
  const end = foreground ? 'Ctrl-C' : `bin/navarch down${flag}`
  lines.push([end, foreground ? 'ends it; the data stays' : 'the end; the data stays'])
  const width = Math.max(...lines.map(([command]) => command.length))
  return lines.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`.trimEnd()).join('\n')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
