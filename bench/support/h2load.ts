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

/**
 * One message again and again, by nghttp2's load generator in C, over one connection. Throws when
 * a request fails, be it in HTTP or in gRPC.
 */
export async function h2load(
  options: H2loadOptions,
): Promise<{ perSecond: number; p99Ms: number }> {
  const { url, path, message, inFlight, requests } = options
  const folder = mkdtempSync(join(tmpdir(), 'navarch-h2load-'))
  try {
    const body = join(folder, 'body')
    const log = join(folder, 'log')
    const prefix = Buffer.from([0, 0, 0, 0, 0])
    prefix.writeUInt32BE(message.length, 1)
    writeFileSync(body, Buffer.concat([prefix, message]))
    const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers']
    const load = ['-n', `${requests}`, '-c', '1', '-m', `${inFlight}`, '-d', body]
    const args = [...load, ...headers, '--log-file', log, `${url}${path}`]
    const { stdout } = await run('h2load', args, { maxBuffer: 2 ** 24 })
    const rate = /finished in [^,]+, ([\d.]+) req\/s/.exec(stdout)?.[1]
    if (!stdout.includes(`${requests} succeeded`) || !rate) throw new Error(`h2load: ${stdout}`)
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    const tookMs = lines.map((line) => Number(line.split('\t')[2]) / 1000)
    return { perSecond: Number(rate), p99Ms: quantile(tookMs, 0.99) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
