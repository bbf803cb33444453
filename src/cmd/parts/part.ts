import { setMaxListeners } from 'node:events'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Layout, parseTopology, type Topology } from '../../../cluster/index.ts'
import type { Disk, Log } from '../../base/index.ts'
import { type LogLevel, openLog, systemDisk } from '../../platform/index.ts'

/** What every part of a local cluster finds in the data folder. */
export interface Part {
  readonly name: string
  readonly layout: Layout
  readonly topology: Topology
  readonly disk: Disk
  readonly log: Log
  /** Aborted by SIGTERM and SIGINT. */
  readonly signal: AbortSignal
  readonly flags: ReadonlySet<string>
}

const LAST_ANSWERS_MS = 100
const FOLDER_CHECK_MS = 3000
const FOLDER_GONE_STOP_MS = 5000

// Many wait on one signal by design: loops, watches, requests. Each takes its listener back.
setMaxListeners(0)

/** Opens the part that `--data-dir` and `--name` mean. */
export async function openPart(): Promise<Part> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string', default: '.navarch' },
      name: { type: 'string', default: '' },
      'stop-pods': { type: 'boolean', default: false },
    },
  })
  const layout = new Layout(resolve(values['data-dir']))
  const disk = systemDisk()
  const text = Buffer.from(await disk.readFile(layout.topology)).toString()
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new Error(signal)))
  }
  const flags = new Set(values['stop-pods'] ? ['stop-pods'] : [])
  const log = openLog({ level: logLevel() }).child({ part: values.name })
  endWithout(layout.topology, { disk, log, stop })
  return {
    name: values.name,
    layout,
    topology: parseTopology(text, layout.topology),
    disk,
    log,
    signal: stop.signal,
    flags,
  }
}

/** Who removes a running cluster's folder takes from the launcher what it ends parts by. */
function endWithout(
  path: string,
  { disk, log, stop }: { disk: Disk; log: Log; stop: AbortController },
): void {
  const check = async () => {
    if (stop.signal.aborted || (await disk.stat(path))) return
    log.error('the data folder is gone: this part ends', { path })
    stop.abort(new Error(`${path} is gone`))
    setTimeout(() => process.exit(1), FOLDER_GONE_STOP_MS).unref()
  }
  // A disk that cannot tell does not say that it is gone.
  setInterval(() => void check().catch(() => undefined), FOLDER_CHECK_MS).unref()
}

export function logLevel(): LogLevel {
  const level = process.env['NAVARCH_LOG_LEVEL']
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info'
}

/** Ends the process with a sentence on standard error, where the launcher finds it. */
export function die(name: string, error: unknown): never {
  sayLast(name, error)
  process.exit(1)
}

/** The same, once the requests that fail for that reason have had their answer. */
export function dieSoon(name: string, error: unknown): void {
  sayLast(name, error)
  setTimeout(() => process.exit(1), LAST_ANSWERS_MS)
}

function sayLast(name: string, error: unknown): void {
  // The log may stand on the very disk that is full.
  process.stderr.on('error', () => undefined)
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${name}: ${message}\n`)
  if (process.env['NAVARCH_LOG_LEVEL'] === 'debug') console.error(error)
}

/** Runs a part's main function; its end is the process's. */
export function runPart(main: (part: Part) => Promise<void>): void {
  let name = 'navarch'
  openPart()
    .then((part) => {
      name = part.name || name
      return main(part)
    })
    .then(() => process.exit(0))
    .catch((error: unknown) => die(name, error))
}

/** Until the signal, then at most `timeoutMs` for `stop`. */
export async function untilStopped(
  signal: AbortSignal,
  stop: () => Promise<void>,
  { timeoutMs }: { timeoutMs: number },
): Promise<void> {
  if (!signal.aborted) {
    await new Promise((done) => signal.addEventListener('abort', done, { once: true }))
  }
  const timer = setTimeout(() => process.exit(0), timeoutMs)
  await stop()
  clearTimeout(timer)
}
