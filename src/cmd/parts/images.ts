import { fileURLToPath } from 'node:url'
import type { ImageCatalog } from '../../node/kubelet/index.ts'

/** The images that are programs of Node, and the host's shell. */
export function imageCatalog(): ImageCatalog {
  const program = (name: string) => ({
    command: [process.execPath, fileURLToPath(new URL(`./images/${name}.js`, import.meta.url))],
    args: [],
  })
  return {
    'navarch/web': program('web'),
    'navarch/pause': program('pause'),
    'navarch/job': program('job'),
    'navarch/shell': { command: [], args: ['/bin/sh'] },
  }
}
