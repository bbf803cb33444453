import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { quantile } from './stats.ts'

const run = promisify(execFile)

export interface H2loadOptions {
  /** Of the member, such as `http://127.0.0.1:2379`. */
  readonly url: string
  /** Such as `/etcdserverpb.KV/Put`. */
  readonly path: string
  readonly message: Uint8Array
  readonly inFlight: number
  readonly requests: number
}

export interface GetOptions {
  /** With the path. The server's certificate is not looked at. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly inFlight: number
  readonly requests: number
}

export interface H2loadFigures {
  readonly perSecond: number
  readonly p99Ms: number
}

/**
 * One message again and again, by nghttp2's load generator in C, over one connection. Throws when
 * a request fails, be it in HTTP or in gRPC.
 */
export async function h2load(options: H2loadOptions): Promise<H2loadFigures> {
  const { url, path, message, inFlight, requests } = options
  return await withFolder(async (folder) => {
    const body = join(folder, 'body')
    const prefix = Buffer.from([0, 0, 0, 0, 0])
    prefix.writeUInt32BE(message.length, 1)
    writeFileSync(body, Buffer.concat([prefix, message]))
    const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers']
    return await loaded(folder, ['-d', body, ...headers, `${url}${path}`], { inFlight, requests })
  })
}

/** One GET again and again, over one connection. Throws when one fails. */
export async function h2loadGet(options: GetOptions): Promise<H2loadFigures> {
  const { url, headers, ...load } = options
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  return await withFolder((folder) => loaded(folder, [...named, url], load))
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'navarch-h2load-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function loaded(
  folder: string,
  rest: readonly string[],
  { inFlight, requests }: { inFlight: number; requests: number },
): Promise<H2loadFigures> {
  const log = join(folder, 'log')
  const load = ['-n', `${requests}`, '-c', '1', '-m', `${inFlight}`, '--log-file', log]
  const { stdout } = await run('h2load', [...load, ...rest], { maxBuffer: 2 ** 24 })
  const rate = /finished in [^,]+, ([\d.]+) req\/s/.exec(stdout)?.[1]
  if (!stdout.includes(`${requests} succeeded`) || !rate) throw new Error(`h2load: ${stdout}`)
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  const tookMs = lines.map((line) => Number(line.split('\t')[2]) / 1000)
  return { perSecond: Number(rate), p99Ms: quantile(tookMs, 0.99) }
}
