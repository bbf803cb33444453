import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/**
 * The image `navarch/web`: HTTP on `$PORT` (default 8080) at the pod's address. `/` answers the pod's
 * name and what `$GREETING` and `$VERSION` say; `/healthz` answers ok. For tests:
 * `?delayMs=N` and `$DELAY_MS` slow an answer down, `?status=N` gives that status, `$FAIL` (a status)
 * makes every answer fail, `$UNREADY=1` makes `/healthz` fail; `/exit?code=N` ends the process.
 * SIGTERM: goes on answering for `$DRAIN_MS` (default 1000) while clients are turned away elsewhere,
 * then finishes what is in flight and exits with 0.
 */
const env = process.env
const host = env.POD_IP
const port = Number(env.PORT ?? 8080)
const name = env.POD_NAME ?? env.HOSTNAME ?? 'web'
let draining = false

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://pod')
  const delayMs = Number(url.searchParams.get('delayMs') ?? env.DELAY_MS ?? 0)
  setTimeout(() => answer(url, request, response), delayMs)
})

function answer(url: URL, request: IncomingMessage, response: ServerResponse): void {
  if (draining) response.setHeader('connection', 'close')
  if (url.pathname === '/exit') process.exit(Number(url.searchParams.get('code') ?? 0))
  const isHealth = url.pathname === '/healthz'
  const asked = Number(url.searchParams.get('status') ?? 0)
  const failing = isHealth ? (env.UNREADY ? 503 : 0) : Number(env.FAIL ?? 0)
  const status = asked || failing || 200
  response.writeHead(status, { 'content-type': 'text/plain' })
  response.end(isHealth ? `${status === 200 ? 'ok' : 'not ready'}\n` : `${greeting()}\n`)
  if (!isHealth) console.log(`${request.method} ${url.pathname} ${status}`)
}

function greeting(): string {
  return [env.GREETING, name, env.VERSION && `version ${env.VERSION}`].filter(Boolean).join(' ')
}

server.on('error', (error) => {
  console.error(`cannot listen on ${host ?? '*'}:${port}: ${error.message}`)
  process.exit(1)
})
server.listen(port, host, () => console.log(`${name} listens on ${host ?? '*'}:${port}`))

process.once('SIGTERM', () => {
  draining = true
  setTimeout(
    () => {
      server.close(() => process.exit(0))
      server.closeIdleConnections()
    },
    Number(env.DRAIN_MS ?? 1000),
  )
})
