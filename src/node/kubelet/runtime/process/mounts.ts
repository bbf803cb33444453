import type { Processes } from '../../../../base/index.ts'
import type { ContainerUser, Mount, PodFile } from '../types.ts'
import { AGENT_ENV } from './environment.ts'
import { asUser, asUserWithin, type Within } from './user.ts'

/**
 * How a container can see volumes at its mount paths: in a mount namespace of its own (as root, or
 * as root of a user namespace), or not at all (`none`: links and NAVARCH_MOUNT_… lead to them).
 */
export type MountMode = 'root' | 'user-namespace' | 'none'

const UNSHARE: Readonly<Record<Exclude<MountMode, 'none'>, readonly string[]>> = {
  root: ['unshare', '--mount', '--uts', '--propagation', 'private', '--'],
  'user-namespace': [
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--uts',
    '--propagation',
    'private',
    '--',
  ],
}
const DETECT_TIMEOUT_MS = 5_000

/** What this host allows, found by trying. `scratch` is an empty folder. */
export async function detectMountMode(
  processes: Processes,
  options: { scratch: string },
): Promise<MountMode> {
  for (const mode of ['root', 'user-namespace'] as const) {
    const attempt = `mount -t tmpfs tmpfs ${quote(options.scratch)} && command -v chroot`
    try {
      const result = await processes.exec({
        command: [...UNSHARE[mode], '/bin/sh', '-c', attempt],
        env: AGENT_ENV,
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
  /** Absent: the host's. */
  hostname?: string | undefined
  /** Only with mounts. */
  readOnlyRoot?: boolean | undefined
  mounts: readonly Mount[]
  files: readonly PodFile[]
  user: ContainerUser | undefined
  command: readonly string[]
}): readonly string[] {
  const { root, hostname, readOnlyRoot, mounts, files, user, command } = options
  const inOrder = mounts.toSorted((a, b) => a.mountPath.length - b.mountPath.length)
  const isMirrored = mounts.length > 0
  const script = [
    'set -e',
    ...(hostname === undefined ? [] : [`hostname ${quote(hostname)} 2>/dev/null || :`]),
    `navarch_root=${isMirrored ? quote(root) : ''}`,
    ...(isMirrored ? [MIRROR, SEAL, NEST] : []),
    ...(readOnlyRoot ? ['seal "$navarch_top"'] : []),
    ...ownDevices(inOrder.filter(({ mountPath }) => mountPath.startsWith('/dev/'))),
    ...inOrder.map((mount, i) => bind(mount, i, inOrder)),
    ...(files.length > 0 ? [REPLACE] : []),
    ...files.map(({ path, hostPath }) => `replace ${quote(path)} ${quote(hostPath)}`),
    `echo $$ > ${quote(options.pidFile)}`,
    ...(isMirrored
      ? [`mkdir -p "$navarch_root"${quote(options.workingDir)} 2>/dev/null || :`]
      : []),
    ...(readOnlyRoot ? ['mount -o remount,ro "$navarch_root"'] : []),
    'exec "$@"',
  ].join('\n')
  const last = isMirrored ? asUserWithin(options, user, command) : asUser(user, command)
  return [...UNSHARE[options.mode], '/bin/sh', '-c', script, 'sh', ...last]
}

/** A link is followed as seen from the root: one to outside of a mirror would miss it. */
const REPLACE = `replace() {
  navarch_to="$navarch_root$(readlink -f "$1")"
  [ ! -e "$navarch_to" ] || mount --bind "$2" "$navarch_to"
}`

/** A folder that is an overlay of ours can be written to: overlays do not stack more than twice. */
const MIRROR = `mount -t tmpfs -o mode=755 tmpfs "$navarch_root"
cd "$navarch_root"
navarch_top=$(pwd -P)
for navarch_e in /* /.[!.]*; do
  navarch_n="\${navarch_e#/}"
  if [ -L "$navarch_e" ]; then cp -P "$navarch_e" "$navarch_n"
  elif [ -d "$navarch_e" ]; then mkdir "$navarch_n"; mount --rbind "$navarch_e" "$navarch_n"
  elif [ -f "$navarch_e" ]; then : > "$navarch_n"; mount --bind "$navarch_e" "$navarch_n"; fi
done
navarch_overlays=' '
overlay() {
  case "$navarch_overlays" in *" $(stat -c %d ".$1") "*) return 0;; esac
  mkdir -p ".navarch/$2/upper" ".navarch/$2/work"
  navarch_o="lowerdir=.$1,upperdir=.navarch/$2/upper,workdir=.navarch/$2/work"
  mount -t overlay overlay -o "$navarch_o" ".$1"
  navarch_overlays="$navarch_overlays$(stat -c %d ".$1") "
}
point() {
  [ -e "$navarch_root$1" ] && return 0
  navarch_d=$(dirname "$1")
  while [ ! -d "$navarch_root$navarch_d" ]; do navarch_d=$(dirname "$navarch_d"); done
  [ "$navarch_d" = / ] || overlay "$navarch_d" "$3"
  if [ -d "$2" ]; then mkdir -p "$navarch_root$1"
  else mkdir -p "$(dirname "$navarch_root$1")"; : > "$navarch_root$1"; fi
}`

/**
 * `seal PATH` makes the mount at PATH and all below it read-only; for the root, all but what is not
 * of a disk. Each keeps its own flags: a user namespace may not drop them. What lies below another
 * mount of the same place is not reached, and need not be: hence from the last to the first.
 */
const SEAL = `seal() {
  sed -n '1!G;h;$p' /proc/self/mountinfo | {
    navarch_seen='
'
    while read -r navarch_x navarch_x navarch_x navarch_x navarch_m navarch_o navarch_x; do
      case "$navarch_m" in
        *\\\\*) navarch_m=$(printf "$(printf %s "$navarch_m" | sed 's/%/%%/g')");;
      esac
      case "$navarch_m/" in
        "$navarch_top/"|"$navarch_top"/dev/*|"$navarch_top"/proc/*|"$navarch_top"/sys/*)
          [ "$1" != "$navarch_top" ] || continue;;
      esac
      case "$navarch_m/" in "$1"/*) ;; *) continue;; esac
      case "$navarch_seen" in *"
$navarch_m
"*) continue;; esac
      navarch_seen="$navarch_seen$navarch_m
"
      case ",$navarch_o," in *,ro,*) continue;; esac
      mount -o "remount,bind,$navarch_o,ro" "$navarch_m" 2>/dev/null ||
        mount -o remount,bind,ro,nosuid,nodev "$navarch_m" 2>/dev/null ||
        ! mountpoint -q "$navarch_m" ||
        { echo "$navarch_m cannot be made read-only" >&2; exit 1; }
    done
  }
}`

/**
 * `nest VOLUME REST SOURCE` mounts SOURCE at REST within a volume, makes the place there when it is
 * missing, and prints where that is. The volume is the pod's: no link of it may lead out of it, also
 * when it changes meanwhile.
 */
const NEST = `nest() {
  cd -P "$1" || exit
  navarch_l="$2"
  while [ -n "$navarch_l" ]; do
    navarch_n="./\${navarch_l%%/*}"
    case "$navarch_l" in */*) navarch_l="\${navarch_l#*/}";; *) navarch_l='';; esac
    if [ -z "$navarch_l" ] && ! [ -d "$3" ]; then
      [ -e "$navarch_n" ] || (set -C; : > "$navarch_n") || exit
      [ ! -L "$navarch_n" ] || { echo "$1/$2 is a link" >&2; exit 1; }
      mount -c --bind "$3" "$navarch_n" && printf %s "$(pwd -P)/\${navarch_n#./}"
      exit
    fi
    [ -d "$navarch_n" ] || mkdir "$navarch_n" || exit
    cd -P "$navarch_n" || exit
    case "$(pwd -P)/" in "$1"/*) ;; *) echo "$1/$2 leads out of its volume" >&2; exit 1;; esac
  done
  mount -c --rbind "$3" . && pwd -P
}`

/** The container's own `/dev`, with a place for each of the mounts there. */
function ownDevices(mounts: readonly Mount[]): readonly string[] {
  if (mounts.length === 0) return []
  const places = mounts.map(({ mountPath, hostPath }) => {
    const at = `"$navarch_root"${quote(mountPath)}`
    const file = `mkdir -p "$(dirname ${at})"; [ -e ${at} ] || : > ${at}`
    return `if [ -d ${quote(hostPath)} ]; then mkdir -p ${at}; else ${file}; fi`
  })
  return [OWN_DEVICES, ...places]
}

/**
 * A `/dev` with what every container has of it, and what some programs look for: the host's own can
 * be written to by nobody, and belongs to all.
 */
const OWN_DEVICES = `mount -t tmpfs -o mode=755 tmpfs dev
for navarch_n in null zero full random urandom tty console ptmx fuse kvm pts shm mqueue net dri; do
  if [ -L "/dev/$navarch_n" ]; then cp -P "/dev/$navarch_n" "dev/$navarch_n"
  elif [ -d "/dev/$navarch_n" ]; then
    mkdir "dev/$navarch_n"; mount --rbind "/dev/$navarch_n" "dev/$navarch_n"
  elif [ -e "/dev/$navarch_n" ]; then
    : > "dev/$navarch_n"; mount --bind "/dev/$navarch_n" "dev/$navarch_n"
  fi
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr`

// `/var/run` is a link to `/run` on most hosts: the mount point is where the link leads, within.
// A point within a volume that is mounted already is made in that volume, and stays with it.
function bind(mount: Mount, index: number, all: readonly Mount[]): string {
  const at = quote(mount.mountPath)
  const from = quote(mount.hostPath)
  const before = all.slice(0, index).flatMap(({ ofImage }, i) => (ofImage ? [] : [i]))
  const lines = [
    `navarch_at_${index}=$(readlink -m ${at} 2>/dev/null || echo ${at})`,
    `navarch_at="$navarch_at_${index}"; navarch_to="$navarch_top$navarch_at"; navarch_v=''`,
    ...before.map(
      (i) =>
        `case "$navarch_at" in "$navarch_at_${i}"/*) ` +
        `navarch_v="$navarch_to_${i}"; navarch_r="\${navarch_at#"$navarch_at_${i}"/}";; esac`,
    ),
    `if [ -n "$navarch_v" ]; then navarch_to=$(nest "$navarch_v" "$navarch_r" ${from})`,
    `else point "$navarch_at" ${from} ${index}; mount --rbind ${from} "$navarch_to"; fi`,
    `navarch_to_${index}="$navarch_to"`,
  ]
  if (mount.readOnly) lines.push('seal "$navarch_to"')
  return lines.join('\n')
}

/**
 * The command line that runs `command` beside a process that `mountedCommand` started. `within` is
 * where it has moved to.
 */
export function enterCommand(
  mode: Exclude<MountMode, 'none'>,
  target: { pid: number; within: Within | undefined },
  user: ContainerUser | undefined,
  command: readonly string[],
): readonly string[] {
  const own = mode === 'user-namespace' ? ['--user', '--preserve-credentials'] : []
  const enter = ['nsenter', '--target', String(target.pid), ...own, '--mount', '--uts']
  return target.within
    ? [...enter, '--', ...asUserWithin(target.within, user, command)]
    : [...enter, '--root', '--wd', '--', ...asUser(user, command)]
}

/** One word of a shell's command line. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
