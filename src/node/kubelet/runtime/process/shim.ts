import type { Disk } from '../../../../base/index.ts'

/**
 * The parent of a container's process: it outlives the node agent and writes down how the process
 * ended, so that an agent that was away learns it. It lets signals pass: they go to the
 * whole group, and a shell with a trap waits for its child first.
 */
const SCRIPT = `trap : HUP INT QUIT TERM USR1 USR2
"$@"
c=$?
echo "$c $(date +%s)" > "$0"
exit $c`

const SHELL = '/bin/sh'

/**
 * With a standard input: a named pipe, which a second process holds open for writing, so that it
 * does not end with whoever writes to it, but with that process.
 */
const WITH_INPUT = `mkfifo -m 600 "$0"
( sleep 2147483647 <> "$0" > /dev/null 2>&1 & echo $! > "$0.pid" )
exec "$@" < "$0"`

export function inputPath(folder: string): string {
  return `${folder}/stdin`
}

/** Where the pid of the process is that holds a container's standard input open. */
export function holderPath(folder: string): string {
  return `${inputPath(folder)}.pid`
}

/** The command line that runs `line` with `folder`'s pipe as its standard input. */
export function withInput(folder: string, line: readonly string[]): readonly string[] {
  return [SHELL, '-c', WITH_INPUT, inputPath(folder), ...line]
}

export function exitPath(folder: string): string {
  return `${folder}/exit`
}

/** The command that runs `line` under the shim. */
export function shimmed(
  folder: string,
  line: readonly string[],
): { command: string; args: string[] } {
  return { command: SHELL, args: ['-c', SCRIPT, exitPath(folder), ...line] }
}

/** What the shim has written, if it got to it. */
export async function readExit(
  disk: Disk,
  folder: string,
): Promise<{ code: number; atMs: number } | undefined> {
  if (!(await disk.stat(exitPath(folder)))) return undefined
  const text = Buffer.from(await disk.readFile(exitPath(folder))).toString()
  const match = /^(\d+) (\d+)$/m.exec(text)
  return match ? { code: Number(match[1]), atMs: Number(match[2]) * 1000 } : undefined
}

/**
 * Why a command cannot be run, in the words of Go's `os/exec`; undefined when it is there. A shell
 * would only say so in the container's log.
 */
export async function whyNotFound(
  disk: Disk,
  command: string,
  options: { path: string; cwd: string },
): Promise<string | undefined> {
  if (command === '') return 'no command specified'
  if (command.includes('/')) {
    const at = command.startsWith('/') ? command : `${options.cwd}/${command}`
    const stat = await disk.stat(at).catch(() => undefined)
    return stat ? undefined : `exec: "${command}": stat ${command}: no such file or directory`
  }
  for (const folder of options.path.split(':')) {
    const stat = await disk.stat(`${folder || '.'}/${command}`).catch(() => undefined)
    if (stat?.kind === 'file') return undefined
  }
  return `exec: "${command}": executable file not found in $PATH`
}
