import { isAbsolute } from 'node:path'
import { parse } from 'yaml'
import type { ImageCatalog, ImageProgram } from '../../node/index.ts'

/**
 * Which programs of the host stand for images, as an operator names them, by repository:
 *
 *     registry.example/web:
 *       command: [/opt/web/bin/web]
 *       args: [--port, '8080']
 *       files: {/web: /opt/web/bin/web}
 *
 * Throws `Error` for what cannot be meant.
 */
export function parseImagePrograms(text: string): ImageCatalog {
  const parsed: unknown = parse(text) ?? {}
  if (!isRecord(parsed)) throw new Error('a map of images is expected')
  return Object.fromEntries(
    Object.entries(parsed).map(([image, value]) => [image, programOf(image, value)]),
  )
}

function programOf(image: string, value: unknown): ImageProgram {
  if (!isRecord(value)) throw new Error(`"${image}": command, args or files are expected`)
  const { command = [], args = [], files = {}, ...others } = value
  const [other] = Object.keys(others)
  if (other !== undefined) throw new Error(`"${image}": "${other}" is not known`)
  if (!isWords(command)) throw new Error(`"${image}": command is not a list of strings`)
  if (!isWords(args)) throw new Error(`"${image}": args is not a list of strings`)
  if (!isRecord(files)) throw new Error(`"${image}": files is not a map of paths`)
  const paths = Object.entries(files).map(([path, host]) => {
    if (typeof host === 'string' && isAbsolute(path) && isAbsolute(host)) return [path, host]
    throw new Error(`"${image}": files: "${path}" and where it is are to be absolute paths`)
  })
  return { command, args, ...(paths.length > 0 && { files: Object.fromEntries(paths) }) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string')
}
