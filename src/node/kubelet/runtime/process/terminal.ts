import { type Clock, type Disk, type Processes, sleep } from '../../../../base/index.ts'
import type { LiveCommand } from '../types.ts'
import { AGENT_ENV } from './environment.ts'
import { quote } from './mounts.ts'

const RESIZE_TIMEOUT_MS = 2_000
/** How often a terminal that is still being made is looked for. */
const POLL_MS = 10

/**
 * Runs a command on a terminal of its own, which `script` of util-linux makes. The terminal's name
 * is left in `deviceFile`, by which `stty` changes its size. Throws `ProcessError`.
 */
export async function openTerminal(
  command: readonly string[],
  at: { cwd: string; env: Readonly<Record<string, string>>; deviceFile: string },
  { processes, disk, clock }: { processes: Processes; disk: Disk; clock: Clock },
): Promise<LiveCommand> {
  const line = onTerminal(command, at.deviceFile)
  const live = await processes.open({ command: line, env: at.env, cwd: at.cwd })
  let ended = false
  void live.exitCode.then(() => {
    ended = true
    return disk.remove(at.deviceFile).catch(() => undefined)
  })
  const resize: LiveCommand['resize'] = (size) =>
    resizeTerminal(size, { ...at, isOver: () => ended }, { processes, disk, clock })
  return { ...live, resize }
}

/** Where the name of a container's own terminal is left. */
export function terminalPath(folder: string): string {
  return `${folder}/terminal`
}

/** What a container's environment is on a terminal. */
export function terminalEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return { TERM: 'xterm', ...env }
}

/** The command line that runs `command` on a terminal, whose name it leaves in `deviceFile`. */
export function onTerminal(command: readonly string[], deviceFile: string): readonly string[] {
  const inner = `tty > ${quote(deviceFile)}; exec ${command.map(quote).join(' ')}`
  const flags = ['--quiet', '--return', '--flush', '--echo', 'always']
  return ['script', ...flags, '--command', inner, '/dev/null']
}

/** Gives a terminal that `onTerminal` has made another size, as soon as it is there. */
export async function resizeTerminal(
  { width, height }: { width: number; height: number },
  at: { cwd: string; deviceFile: string; isOver(): boolean },
  { processes, disk, clock }: { processes: Processes; disk: Disk; clock: Clock },
): Promise<void> {
  let device = await readDevice(disk, at.deviceFile)
  for (let ms = 0; device === undefined && ms < RESIZE_TIMEOUT_MS && !at.isOver(); ms += POLL_MS) {
    await sleep(clock, POLL_MS)
    device = await readDevice(disk, at.deviceFile)
  }
  if (device === undefined || at.isOver()) return
  const size = ['cols', String(width), 'rows', String(height)]
  await processes.exec({
    command: ['stty', '-F', device, ...size],
    env: AGENT_ENV,
    cwd: at.cwd,
    timeoutMs: RESIZE_TIMEOUT_MS,
    maxOutputBytes: 1024,
  })
}

/** Undefined when the terminal is gone, or not there yet. */
async function readDevice(disk: Disk, path: string): Promise<string | undefined> {
  if (!(await disk.stat(path))) return undefined
  const device = Buffer.from(await disk.readFile(path))
    .toString()
    .trim()
  return device.startsWith('/dev/') ? device : undefined
}
