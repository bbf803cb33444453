import {
  type Clock,
  type Disk,
  DiskError,
  type Links,
  ProcessError,
  type Processes,
} from '../../../../base/index.ts'
import { type ContainerConfig, type Mount, type PodFile, RuntimeError } from '../types.ts'
import { terminationLogPath } from './container.ts'
import { dressed } from './environment.ts'
import { commandLine, type ImageCatalog } from './images.ts'
import { spoolPath } from './log-files.ts'
import { mountedCommand, type MountMode } from './mounts.ts'
import { onTerminal, terminalEnv, terminalPath } from './terminal.ts'
import type { ContainerRecord } from './records.ts'
import { shimmed, whyNotFound, withInput } from './shim.ts'
import { asUser, openUp } from './user.ts'

/** Exit code of a container whose command could not be run (containerd's `StartError`). */
const START_ERROR_EXIT_CODE = 128

/** An attempt's folder, ready for its process. */
export interface Prepared {
  readonly config: ContainerConfig
  readonly folder: string
  readonly mountMode: MountMode
  readonly mounts: readonly Mount[]
  readonly files: readonly PodFile[]
  readonly env: Readonly<Record<string, string>>
}

/** Makes the attempt's folder and, where the host allows no mounts, a tree of links in its place. */
export async function prepareFolder(
  options: { folder: string; config: ContainerConfig; mountMode: MountMode },
  parts: { disk: Disk; links: Links },
): Promise<Prepared> {
  const { folder, config, mountMode } = options
  const root = `${folder}/root`
  try {
    await parts.disk.mkdir(root, { mode: 0o755 })
    const messageFile = terminationLogPath(folder)
    await parts.disk.writeFileAtomic(messageFile, new Uint8Array(0), { mode: 0o666 })
    const env: Record<string, string> = { ...config.env, NAVARCH_TERMINATION_LOG: messageFile }
    const mounts = mountMode === 'none' ? [] : realMounts(config, messageFile)
    for (const mount of config.mounts) {
      env[`NAVARCH_MOUNT_${envName(mount.name)}`] =
        mountMode === 'none' ? mount.hostPath : mount.mountPath
      if (mountMode === 'none') await link(`${root}${mount.mountPath}`, mount.hostPath, parts)
    }
    if (mountMode === 'none') env.NAVARCH_ROOT = root
    const files = mountMode === 'none' ? [] : config.files
    env.HOME ??= mounts.length > 0 ? '/' : root
    return { config, folder, mountMode, mounts, files, env }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new RuntimeError('CreateContainerError', message, { cause })
  }
}

/** A volume's name as part of an environment variable. */
export function envName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}

/** A container without volumes needs no tree of its own: the usual path is its variable only. */
function realMounts(config: ContainerConfig, messageFile: string): readonly Mount[] {
  const { mounts, readOnlyRoot, terminationMessagePath: mountPath } = config
  if (mounts.length === 0 && !readOnlyRoot && mountPath.startsWith('/dev/')) return []
  return [...mounts, { name: 'termination-log', mountPath, hostPath: messageFile, readOnly: false }]
}

async function link(
  path: string,
  target: string,
  { disk, links }: { disk: Disk; links: Links },
): Promise<void> {
  await disk.mkdir(path.slice(0, path.lastIndexOf('/')), { mode: 0o755 })
  await links.replaceLink(path, target)
}

/**
 * Starts the process. A command that cannot be run is an outcome, not an error: the record then
 * says `StartError`. Throws `RuntimeError` when the container could not even be made.
 */
export async function launch(
  prepared: Prepared,
  options: { images: ImageCatalog; clock: Clock },
  parts: { disk: Disk; processes: Processes },
): Promise<Pick<ContainerRecord, 'process' | 'state' | 'mounted' | 'cwd' | 'workingDir' | 'env'>> {
  const { config, folder, mounts, files, mountMode, env } = prepared
  const line = commandLine({ ...config, catalog: options.images })
  const hasRoot = mounts.length > 0
  const mounted = mountMode !== 'none' && mounts.length + files.length > 0
  const workingDir = config.workingDir ?? '/'
  const startedAtMs = options.clock.nowMs()
  try {
    const cwd = hasRoot ? folder : await workingFolder(prepared, parts.disk)
    // What a mount brings can be seen only from within: there the shell finds out (exit code 127).
    const isHidden = hasRoot && line[0]?.startsWith('/')
    const look = { path: env.PATH ?? '', cwd }
    const why = isHidden ? undefined : await whyNotFound(parts.disk, line[0] ?? '', look)
    if (why !== undefined) throw new ProcessError(why)
    const { user } = config
    const messageFile = terminationLogPath(folder)
    const own = { mounts: config.mounts, messageFile }
    if (user) await openUp(user, own, parts.processes)
    const { line: inner, env: hidden } = dressed(line, config.tty ? terminalEnv(env) : env)
    const inMounts = mounted
      ? mountedCommand({
          mode: mountMode,
          root: `${folder}/root`,
          pidFile: `${folder}/pid`,
          workingDir,
          hostname: config.hostname,
          readOnlyRoot: config.readOnlyRoot,
          mounts,
          files,
          user,
          command: inner,
        })
      : asUser(user, inner)
    const spool = spoolPath(folder)
    const output = { stdoutPath: spool, stderrPath: spool }
    const shown = config.tty ? onTerminal(inMounts, terminalPath(folder)) : inMounts
    const whole = config.stdin ? withInput(folder, shown) : shown
    const process = await parts.processes.spawn({
      ...shimmed(folder, whole),
      env: hidden,
      cwd,
      ...output,
    })
    const state = { kind: 'running', startedAtMs } as const
    return { process, mounted, cwd, env, state, ...(hasRoot && { workingDir }) }
  } catch (error) {
    if (error instanceof DiskError) {
      throw new RuntimeError('CreateContainerError', error.message, { cause: error })
    }
    if (!(error instanceof ProcessError)) throw error
    const message = `failed to start container: ${error.message}`
    const exit = { exitCode: START_ERROR_EXIT_CODE, reason: 'StartError', message }
    const state = { kind: 'exited', startedAtMs, finishedAtMs: startedAtMs, ...exit } as const
    return { mounted, env, state }
  }
}

/** `workingDir` in the tree of links, else on the host; made when it is nowhere. */
async function workingFolder({ config, folder }: Prepared, disk: Disk): Promise<string> {
  const root = `${folder}/root`
  if (config.workingDir === undefined) return root
  const inTree = `${root}/${config.workingDir.replace(/^\/+/, '')}`
  for (const path of [inTree, config.workingDir]) {
    if ((await disk.stat(path))?.kind === 'folder') return path
  }
  await disk.mkdir(inTree, { mode: 0o755 })
  return inTree
}
