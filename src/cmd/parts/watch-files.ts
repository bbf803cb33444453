import { unwatchFile, watchFile } from 'node:fs'

/** How soon a file that was replaced is read. */
const RELOAD_MS = 1000

/**
 * Calls `changed` when a file is replaced, until the returned function is called. What cannot be
 * read then is tried at the next change, and told to `failed`.
 */
export function watchFiles(
  paths: readonly string[],
  changed: () => void,
  failed: (error: unknown) => void = () => undefined,
): () => void {
  const onChange = () => {
    try {
      changed()
    } catch (error) {
      // Perhaps half replaced: then another file changes in a moment.
      failed(error)
    }
  }
  for (const path of paths) watchFile(path, { interval: RELOAD_MS, persistent: false }, onChange)
  return () => {
    for (const path of paths) unwatchFile(path, onChange)
  }
}
