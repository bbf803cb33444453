import type { Log } from '../../base/index.ts'
import type { Followed } from '../../master/apiserver/index.ts'
import { FlagError, fileOf } from './flags.ts'
import { watchFiles } from './watch-files.ts'

/** What `work` makes of a flag's value; a fault of it names the flag. Throws `FlagError`. */
export function parsedFlag<T>(flag: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof FlagError) throw error
    throw new FlagError(`--${flag}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * The file that a flag names, as long as the process runs: when it changes and makes sense, the new
 * settings hold; what makes none is told in the log, and the old ones stay. Undefined without the
 * flag. Throws `FlagError` when it makes no sense at the start.
 */
export function followedFile<T>(
  flag: string,
  path: string,
  options: { readonly parse: (text: string) => T; readonly log: Log },
): Followed<T> | undefined {
  if (path === '') return undefined
  const { parse, log } = options
  let text = fileOf(flag, path)
  let current = parsedFlag(flag, () => parse(text))
  const reload = () => {
    const fresh = fileOf(flag, path)
    if (fresh === text) return
    current = parsedFlag(flag, () => parse(fresh))
    text = fresh
    log.info('a configuration file was read again', { flag, path })
  }
  watchFiles([path], reload, (error) => {
    const why = error instanceof Error ? error.message : String(error)
    log.error('a configuration file makes no sense: the old settings stay', { path, error: why })
  })
  return () => current
}
