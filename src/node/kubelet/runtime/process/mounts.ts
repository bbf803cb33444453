import type { Processes } from '../../../../base/index.ts'
import type { Mount, PodFile } from '../types.ts'

/**
 * How a container can see volumes at its mount paths: in a mount namespace of its own (as root, or
 * as root of a user namespace), or not at all (`none`: links and NAVARCH_MOUNT_… lead to them).
 */
export type MountMode = 'root' | 'user-namespace' | 'none'

const UNSHARE: Readonly<Record<Exclude<MountMode, 'none'>, readonly string[]>> = {
  root: ['unshare', '--mount', '--propagation', 'private', '--'],
  'user-namespace': [
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--propagation',
    'private',
    '--',
  ],
}
const DETECT_TIMEOUT_MS = 5_000
/** A container's own PATH need not lead to these tools: it is put aside while they are used. */
const TOOLS = '/usr/sbin:/usr/bin:/sbin:/bin'
const WITH_TOOLS = `NAVARCH_PATH="$PATH"; PATH="$PATH:${TOOLS}"; export PATH NAVARCH_PATH`
/** Undoes `withTools` in a shell. */
export const OWN_PATH = 'PATH="$NAVARCH_PATH"; export PATH; unset NAVARCH_PATH'

/** What this host allows, found by trying. `scratch` is an empty folder. */
export async function detectMountMode(
  processes: Processes,
  options: { scratch: string; env: Readonly<Record<string, string>> },
): Promise<MountMode> {
  for (const mode of ['root', 'user-namespace'] as const) {
    const attempt = `mount -t tmpfs tmpfs ${quote(options.scratch)} && command -v chroot`
    try {
      const result = await processes.exec({
        command: withTools([...UNSHARE[mode], '/bin/sh', '-c', attempt]),
        env: options.env,
        cwd: options.scratch,
        timeoutMs: DETECT_TIMEOUT_MS,
        maxOutputBytes: 4096,
      })
      if (result.exitCode === 0) return mode
    } catch {
      // No unshare on this host: the next way, or none.
    }
  }
  return 'none'
}

/**
 * The command line that runs `command` with `mounts` and `files` in place. For mounts the host's
 * tree is mirrored under `root` (a tmpfs with every top-level folder bound into it), so that a mount
 * point that the host does not have can be made without writing to the host; then the process moves
 * in by chroot. Files replace those of the host, where it has them. `pidFile` gets the pid that
 * `enterCommand` joins.
 */
export function mountedCommand(options: {
  mode: Exclude<MountMode, 'none'>
  root: string
  pidFile: string
  /** Only with mounts; else the process starts where it is. */
  workingDir: string
  mounts: readonly Mount[]
  files: readonly PodFile[]
  command: readonly string[]
}): readonly string[] {
  const { root, mounts, files } = options
  const inOrder = mounts.toSorted((a, b) => a.mountPath.length - b.mountPath.length)
  const isMirrored = mounts.length > 0
  const script = [
    'set -e',
    `R=${isMirrored ? quote(root) : ''}`,
    ...(isMirrored ? [MIRROR] : []),
    ...inOrder.map((mount, i) => bind(mount, i)),
    ...(files.length > 0 ? [REPLACE] : []),
    ...files.map(({ path, hostPath }) => `replace ${quote(path)} ${quote(hostPath)}`),
    `W=${quote(options.workingDir)}`,
    `echo $$ > ${quote(options.pidFile)}`,
    ...(isMirrored ? MOVE_IN : [`${OWN_PATH}; exec "$@"`]),
  ].join('\n')
  return withTools([...UNSHARE[options.mode], '/bin/sh', '-c', script, 'sh', ...options.command])
}

const MOVE_IN = [
  'mkdir -p "$R$W" 2>/dev/null || :',
  `exec chroot "$R" /bin/sh -c '${OWN_PATH}; cd "$0" && exec "$@"' "$W" "$@"`,
]

/** A link is followed as seen from the root: one to outside of a mirror would miss it. */
const REPLACE = `replace() {
  t="$R$(readlink -f "$1")"
  [ ! -e "$t" ] || mount --bind "$2" "$t"
}`

const MIRROR = `mount -t tmpfs -o mode=755 tmpfs "$R"
cd "$R"
for e in /* /.[!.]*; do
  n="\${e#/}"
  if [ -L "$e" ]; then cp -P "$e" "$n"
  elif [ -d "$e" ]; then mkdir "$n"; mount --rbind "$e" "$n"
  elif [ -f "$e" ]; then : > "$n"; mount --bind "$e" "$n"; fi
done
point() {
  [ -e "$R$1" ] && return
  d=$(dirname "$1")
  while [ ! -d "$R$d" ]; do d=$(dirname "$d"); done
  if [ "$d" != / ]; then
    mkdir -p ".navarch/$3/upper" ".navarch/$3/work"
    o="lowerdir=.$d,upperdir=.navarch/$3/upper,workdir=.navarch/$3/work"
    mount -t overlay overlay -o "$o" ".$d"
  fi
  if [ -d "$2" ]; then mkdir -p "$R$1"; else mkdir -p "$(dirname "$R$1")"; : > "$R$1"; fi
}`

// `/var/run` is a link to `/run` on most hosts: the mount point is where the link leads, within.
function bind(mount: Mount, index: number): string {
  const at = quote(mount.mountPath)
  const from = quote(mount.hostPath)
  const lines = [
    `A=$(readlink -m ${at} 2>/dev/null || echo ${at})`,
    `point "$A" ${from} ${index}`,
    `mount --rbind ${from} "$R$A"`,
  ]
  if (mount.readOnly) lines.push(`mount -o remount,bind,ro "$R$A"`)
  return lines.join('\n')
}

/** The command line that runs `command` beside a process that `mountedCommand` started. */
export function enterCommand(
  mode: Exclude<MountMode, 'none'>,
  pid: number,
  command: readonly string[],
): readonly string[] {
  const user = mode === 'user-namespace' ? ['--user', '--preserve-credentials'] : []
  const enter = ['nsenter', '--target', String(pid), ...user, '--mount', '--root', '--wd', '--']
  return withTools([...enter, '/bin/sh', '-c', `${OWN_PATH}; exec "$@"`, 'sh', ...command])
}

/** The command line that runs `line` where the host's tools are on the PATH. */
export function withTools(line: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', `${WITH_TOOLS}; exec "$@"`, 'sh', ...line]
}

/** One word of a shell's command line. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
