import { type Processes, ProcessError } from '../../../../base/index.ts'
import type { ContainerUser, Mount } from '../types.ts'
import { AGENT_ENV } from './environment.ts'

const TIMEOUT_MS = 30_000
const OUTPUT_BYTES_MAX = 4096
const NO_NEW_PRIVILEGES = '--no-new-privs'

/** The command line that runs `command` as another user. Only root can. */
export function asUser(
  user: ContainerUser | undefined,
  command: readonly string[],
): readonly string[] {
  if (!user) return command
  const { uid, gid, groups, noNewPrivileges } = user
  return [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups',
    ...(noNewPrivileges ? [NO_NEW_PRIVILEGES] : []),
    '--',
    ...command,
  ]
}

/** A tree that is a container's whole world, and where its commands start in it. */
export interface Within {
  readonly root: string
  readonly workingDir: string
}

/**
 * The same within a container's own tree. What lies there may be the container's: it becomes the
 * user before anything of it is run. The plus signs spare `chroot` a look into its user database.
 */
export function asUserWithin(
  { root, workingDir }: Within,
  user: ContainerUser | undefined,
  command: readonly string[],
): readonly string[] {
  const groups = user?.groups.map((id) => `+${id}`).join(',') ?? ''
  return [
    ...(user?.noNewPrivileges ? ['setpriv', NO_NEW_PRIVILEGES, '--'] : []),
    'chroot',
    ...(user ? [`--userspec=+${user.uid}:+${user.gid}`, `--groups=${groups}`] : []),
    root,
    '/bin/sh',
    '-c',
    'cd "$0" && unset OLDPWD && exec "$@"',
    workingDir,
    ...command,
  ]
}

// The pod's own volumes: everybody may write to an empty one, and the group has all (`fsGroup`).
// A part of one is opened from within, once it is certain where that is: links may change meanwhile.
const OPEN =
  '( ! [ -d "$4" ] || { cd "$1" && navarch_v=$(pwd -P) && cd "$4" && ' +
  'case "$(pwd -P)/" in "$navarch_v"/*) chmod 0777 .;; *) false;; esac; } )'
const SHARE =
  'chgrp -R "$2" "$1" && chmod -R g+rX "$1" && { [ "$3" = ro ] || chmod -R g+w "$1"; } && ' +
  'find "$1" -type d -exec chmod g+s {} +'

/** Lets a container's user have what is the pod's own. Throws `ProcessError`. */
export async function openUp(
  user: ContainerUser,
  of: { mounts: readonly Mount[]; messageFile: string },
  processes: Processes,
): Promise<void> {
  const words: string[] = ['chmod 0666 "$0"']
  const args: string[] = []
  const shared = new Set<string>()
  for (const { hostPath, volumePath = hostPath, owned } of of.mounts) {
    if (!owned) continue
    const at = args.length + 1
    args.push(volumePath, String(user.fsGroup ?? ''), owned === 'empty' ? 'rw' : 'ro', hostPath)
    const place = (text: string) =>
      text.replaceAll(/"\$([1-4])"/g, (_, n: string) => `"\${${at + Number(n) - 1}}"`)
    if (owned === 'empty') words.push(place(OPEN))
    if (user.fsGroup !== undefined && !shared.has(volumePath)) words.push(place(SHARE))
    shared.add(volumePath)
  }
  const result = await processes.exec({
    command: ['/bin/sh', '-c', words.join(' && '), of.messageFile, ...args],
    env: AGENT_ENV,
    cwd: '/',
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: OUTPUT_BYTES_MAX,
  })
  if (result.exitCode !== 0) throw new ProcessError(`volumes cannot be shared: ${result.output}`)
}
