import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { run } from '../support/navarch.ts'
import { needProgram } from '../support/peers.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'
import { freePort } from '../support/store/real-etcd.ts'

/** What `navarch etcd` does with flags whose effect only a whole member shows. */
describe("navarch etcd, by etcd's flags", function () {
  this.timeout(120_000)
  let etcd: EtcdProcesses
  before(function () {
    needProgram(this, 'etcdctl')
  })
  afterEach(() => etcd?.close())

  const out = (args: string, names?: readonly string[]) => etcd.out(args, names)

  it('listens on several URLs, on a socket, and for HTTP apart; keeps its log elsewhere', async () => {
    etcd = await EtcdProcesses.open()
    const { peer, client } = await etcd.urls('m1')
    const url = async () => `http://127.0.0.1:${await freePort()}`
    const [peer2, client2, http] = [await url(), await url(), await url()]
    const socket = join(etcd.folder, 'client.sock')
    const wal = join(etcd.folder, 'elsewhere')
    // The second member knows the first by its second peer URL alone.
    const other = await etcd.urls('m2')
    const both = `m1=${peer},m1=${peer2},m2=${other.peer}`
    const flags = [
      `--listen-peer-urls=${peer},${peer2}`,
      `--initial-advertise-peer-urls=${peer2},${peer}`,
      `--listen-client-urls=${client},${client2},unix://${socket}`,
      `--listen-client-http-urls=${http}`,
      `--wal-dir=${wal}`,
      '--log-format=console',
      '--max-wals=3',
      `--log-outputs=stderr,${join(etcd.folder, 'log')}`,
    ]
    await etcd.start('m1', both, { flags })
    await etcd.start('m2', both)
    await etcd.ready('m1', 'm2')
    assert.equal(await out('put a 1', ['m2']), 'OK')
    const at = (endpoint: string) =>
      run('etcdctl', ['--endpoints', endpoint, 'get', 'a', '--print-value-only'], {
        env: { ...process.env, ETCDCTL_API: '3' },
      })
    for (const endpoint of [client2, `unix://${socket}`]) {
      const { stdout, stderr } = await at(endpoint)
      assert.equal(stdout.trim(), '1', `${endpoint}: ${stderr}`)
    }
    assert.match(await (await fetch(`${http}/health`)).text(), /"true"/)
    assert.equal((await fetch(`${client2}/health`)).status, 404)
    assert.ok(existsSync(join(wal, '0000000000000001.wal')) || existsSync(wal))
    assert.ok(!existsSync(join(etcd.folder, 'm1', 'wal')))
    const text = await readFile(join(etcd.folder, 'log'), 'utf8')
    assert.match(text, /\twarn\tnavarch\tthis setting has no effect\t\{"flag":"--max-wals"/)
    // Killed, the socket's file stays; started again, the log is found where it was.
    etcd.members.get('m1')?.child.kill('SIGKILL')
    await etcd.members.get('m1')?.exit()
    await etcd.start('m1', both, { flags })
    await etcd.ready('m1')
    assert.equal((await at(`unix://${socket}`)).stdout.trim(), '1')
  })

  it('takes larger requests and more operations when told to, and no others', async () => {
    etcd = await EtcdProcesses.open()
    const flags = ['--max-request-bytes=20971520', '--max-txn-ops=2', '--pre-vote=false']
    await etcd.start('m1', await etcd.initial(['m1']), { flags })
    await etcd.ready('m1')
    const put = async (bytes: number) => {
      const value = Buffer.alloc(bytes, 'x').toString('base64')
      const response = await fetch(`${etcd.members.get('m1')?.client}/v3/kv/put`, {
        method: 'POST',
        body: JSON.stringify({ key: 'YQ==', value }),
      })
      return `${response.status} ${await response.text()}`
    }
    assert.match(await put(18 * 2 ** 20), /^200 /)
    assert.match(await put(20 * 2 ** 20), /^400 .*request is too large/)
    const ops = (count: number) => ({
      success: Array.from({ length: count }, (_, i) => ({ requestRange: { key: `YW${i}=` } })),
    })
    const txn = async (count: number) => {
      const response = await fetch(`${etcd.members.get('m1')?.client}/v3/kv/txn`, {
        method: 'POST',
        body: JSON.stringify(ops(count)),
      })
      return `${response.status} ${await response.text()}`
    }
    assert.match(await txn(2), /^200 /)
    assert.match(await txn(3), /too many operations in txn request/)
  })

  it('lets in whom --cors and --host-whitelist name', async () => {
    etcd = await EtcdProcesses.open()
    const flags = ['--cors=http://good.example', '--host-whitelist=127.0.0.1']
    await etcd.start('m1', await etcd.initial(['m1']), { flags })
    await etcd.ready('m1')
    const { client } = await etcd.urls('m1')
    const allowed = async (origin: string) =>
      (await fetch(`${client}/version`, { headers: { origin } })).headers.get(
        'access-control-allow-origin',
      )
    assert.equal(await allowed('http://good.example'), 'http://good.example')
    assert.equal(await allowed('http://bad.example'), null)
    const asked = await new Promise<string>((resolve, reject) => {
      const outgoing = request(`${client}/version`, { headers: { host: 'evil.example' } })
      outgoing.on('error', reject)
      outgoing.on('response', (answer) => {
        answer.resume()
        resolve(String(answer.statusCode))
      })
      outgoing.end()
    })
    assert.equal(asked, '421')
  })
})
