import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'

const inCi = process.env.CI === 'true'

/** The reference data beside the checkout, when it is there: `NAVARCH_SHARED` or `../shared`. */
export function sharedFolder(): string | undefined {
  const folder = resolve(process.env.NAVARCH_SHARED ?? '../shared')
  return existsSync(join(folder, 'kubernetes-api')) ? folder : undefined
}

/**
 * Skips the running test or suite because a peer is missing, saying why; in CI that is a failure.
 * `context` is mocha's `this`.
 */
export function skipWithout(context: Mocha.Context, reason: string): never {
  if (inCi) throw new Error(`in CI nothing may be missing: ${reason}`)
  skipOnThisKernel(context, reason)
}

/** Skips, also in CI, for what the kernel or its sandbox does not give: nothing can install that. */
export function skipOnThisKernel(context: Mocha.Context, reason: string): never {
  const runnable = context.test ?? context.currentTest
  // What a hook skips is every test of its suite.
  const skipped = runnable && Reflect.get(runnable, 'type') === 'hook' ? runnable.parent : runnable
  if (skipped) Object.assign(skipped, { skipReason: reason })
  context.skip()
}

/** Skips, also in CI, for what of Kubernetes' own the environment does not name: CI has none. */
export function skipOptional(context: Mocha.Context, variable: string): never {
  skipOnThisKernel(context, `${variable} names no program`)
}

/** The reference data, or a skip. */
export function needShared(context: Mocha.Context): string {
  return sharedFolder() ?? skipWithout(context, 'no reference data in ../shared')
}

/** A program named by its environment variable (`ETCD=path`) or on PATH, or a skip. */
export function needProgram(context: Mocha.Context, name: string): string {
  return findProgram(name) ?? skipWithout(context, `${name} is not installed`)
}

export function findProgram(name: string): string | undefined {
  const named = process.env[name.toUpperCase()]
  if (named) return named
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    if (isExecutable(path)) return path
  }
  return undefined
}

/**
 * Every kubectl to be found: the one on PATH and, where that is a dispatcher, the releases that
 * stand beside the file it links to as `kubectl.1.NN`. `KUBECTL` names others, separated by commas.
 */
export function findKubectls(): string[] {
  if (process.env.KUBECTL) return process.env.KUBECTL.split(',')
  const onPath = findProgram('kubectl')
  if (!onPath) return []
  const folder = dirname(realpathSync(onPath))
  const releases = readdirSync(folder)
    .filter((name) => /^kubectl\.1\.\d+$/.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter(isExecutable)
  return releases.length > 0 ? releases : [onPath]
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
