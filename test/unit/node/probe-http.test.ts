import assert from 'node:assert/strict'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { check } from '../../../src/node/kubelet/probes/check.ts'
import { runHook } from '../../../src/node/kubelet/hooks.ts'
import { systemClock, systemNet } from '../../../src/platform/index.ts'
import { testPki } from '../platform/pki.ts'

const ADDRESS = '127.0.0.1'
const { signal } = new AbortController()
const parts = { net: systemNet, clock: systemClock, signal }

describe('HTTP probes and hooks', () => {
  const open: http.Server[] = []
  const asked: string[] = []

  afterEach(async () => {
    asked.length = 0
    for (const server of open.splice(0)) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  const answer: http.RequestListener = ({ url = '', headers }, response) => {
    asked.push(`${url} ${headers['user-agent']}`)
    const status = Number(/\d{3}/.exec(url)?.[0] ?? 200)
    const location = new URL(url, 'http://x').searchParams.get('to')
    response.writeHead(status, location === null ? {} : { location }).end('body')
  }
  async function listen(server: http.Server): Promise<number> {
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve))
    return (server.address() as AddressInfo).port
  }
  const plain = () => listen(http.createServer(answer))
  const secure = () => {
    const { certPem: cert, keyPem: key } = testPki().server
    return listen(https.createServer({ cert, key }, answer))
  }
  const exec = () => Promise.reject(new Error('not asked for'))
  const target = { container: { name: 'main' }, podIp: ADDRESS, exec }
  const probe = (port: number, path: string, scheme = 'HTTP', timeoutSeconds = 1) =>
    check({ timeoutSeconds, httpGet: { port, path, scheme } }, target, parts)
  const encode = encodeURIComponent

  it('takes any certificate over HTTPS', async () => {
    const port = await secure()
    assert.deepEqual(await probe(port, '/healthz', 'HTTPS'), { kind: 'success' })
    assert.deepEqual(asked, ['/healthz kube-probe/1.32'])
    assert.deepEqual(await probe(port, '/503', 'HTTPS'), {
      kind: 'failure',
      message: 'HTTP probe failed with statuscode: 503',
    })
  })

  it('fails where a server speaks no TLS, is gone or is silent', async () => {
    assert.equal((await probe(await plain(), '/', 'HTTPS')).kind, 'failure')
    const port = await secure()
    const [server] = open.splice(-1)
    await new Promise((resolve) => server?.close(resolve))
    const gone = await probe(port, '/', 'HTTPS')
    assert.match('message' in gone ? gone.message : '', /^Get "https:.*refused the connection/)
    const silent = await systemNet.listenTcp({ address: ADDRESS, port: 0 }, () => undefined)
    const late = await probe(silent.port, '/', 'HTTPS', 0.05)
    assert.equal(late.kind, 'failure')
    await silent.close()
  })

  it('follows redirects within the host, also to HTTPS, and no others', async () => {
    const port = await plain()
    const securePort = await secure()
    assert.equal((await probe(port, '/302?to=/ok')).kind, 'success')
    assert.equal((await probe(port, '/302?to=/500')).kind, 'failure')
    const other = encode(`https://${ADDRESS}:${securePort}/ok`)
    assert.equal((await probe(port, `/307?to=${other}`)).kind, 'success')
    assert.deepEqual(asked.map((line) => line.split(' ')[0]).slice(-2), [`/307?to=${other}`, '/ok'])
    const elsewhere = encode('http://192.0.2.1/500')
    assert.equal((await probe(port, `/302?to=${elsewhere}`)).kind, 'success')
    const endless = await probe(port, '/302?to=')
    assert.match('message' in endless ? endless.message : '', /stopped after 10 redirects$/)
  })

  it('runs hooks over HTTPS', async () => {
    const port = await secure()
    const hook = { httpGet: { port, path: '/hook', scheme: 'HTTPS' } }
    assert.equal(await runHook(hook, target, { ...parts, timeoutMs: 1000 }), undefined)
    assert.deepEqual(asked, ['/hook kube-probe/1.32'])
  })
})
