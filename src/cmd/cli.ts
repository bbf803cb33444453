import { execFile, spawn } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Layout,
  LocalCluster,
  type PartArgs,
  type PartKind,
  Supervisor,
} from '../../cluster/index.ts'
import { type CliPorts, runCli, type SimulateOptions, UserError } from '../cli/index.ts'
import { silentLog } from '../base/index.ts'
import {
  systemClock,
  systemDisk,
  systemNet,
  systemProcesses,
  systemRandom,
} from '../platform/index.ts'
import { logLevel } from './parts/part.ts'
import { VERSION } from './parts/version.ts'

function openCluster(dataDir: string | undefined): LocalCluster {
  const layout = new Layout(resolve(dataDir ?? '.navarch'))
  const disk = systemDisk()
  const processes = systemProcesses()
  // Node reads a program's map at its start and unpacks it at its first error: most of a second.
  const debugging = logLevel() === 'debug' ? ['--enable-source-maps'] : []
  const program = (kind: PartKind, flags: readonly string[]) => [
    process.execPath,
    ...debugging,
    fileURLToPath(new URL(`./${kind}.js`, import.meta.url)),
    ...flags,
  ]
  return new LocalCluster({
    layout,
    ...(dataDir !== undefined && { dataDir }),
    disk,
    clock: systemClock,
    random: systemRandom(),
    net: systemNet,
    log: silentLog,
    program,
    checkArgs,
    supervisor: new Supervisor({ disk, processes, clock: systemClock, layout, env: inherited() }),
  })
}

/** A program of its own: this one does without all that parts consist of. */
function checkArgs(args: PartArgs): Promise<void> {
  const program = fileURLToPath(new URL('./check-args.js', import.meta.url))
  return new Promise((done, fail) => {
    execFile(process.execPath, [program, JSON.stringify(args)], (error, _, stderr) => {
      if (error) fail(new UserError(stderr.trim().replace(/^up: /, '') || error.message))
      else done()
    })
  })
}

/** The simulator is a program that reads its settings from the environment. */
async function simulate({ seed, seeds }: SimulateOptions): Promise<boolean> {
  const env = { ...process.env }
  if (seed !== undefined) env['SEED'] = String(seed)
  if (seeds !== undefined) env['SEEDS'] = String(seeds)
  const program = fileURLToPath(new URL('./simulate.js', import.meta.url))
  const child = spawn(process.execPath, [program], { env, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code === 0
}

/** What the cluster's processes get of our environment. */
function inherited(): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NAVARCH_LOG_LEVEL', 'NODE_OPTIONS']) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return env
}

setMaxListeners(0)
// Who reads has enough, as `head` does: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

async function main(args: readonly string[]): Promise<void> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interrupted.abort(new Error(signal)))
  }
  const ports: CliPorts = {
    terminal: {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    },
    signal: interrupted.signal,
    version: VERSION,
    absolute: (path) => resolve(path),
    simulate,
    cluster: openCluster,
  }
  // A command may wait for nothing but Ctrl-C.
  const keepAlive = setInterval(() => {}, 2 ** 30)
  process.exitCode = await runCli(args, ports)
  clearInterval(keepAlive)
}

void main(process.argv.slice(2))
