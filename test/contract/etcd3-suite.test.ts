import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../support/navarch.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'

/** Those that its authors skip count as pending. */
const PASSES_MIN = 155

/**
 * The own tests of npm's etcd3, against `navarch etcd`. Only where ETCD3_SUITE names a checkout of
 * github.com/microsoft/etcd3 (1.1.2) in which `npm install` was run: it brings its tests' packages.
 */
const suite = process.env.ETCD3_SUITE
if (suite) {
  describe("etcd3's own tests", function () {
    this.timeout(300_000)
    let etcd: EtcdProcesses
    afterEach(() => etcd?.close())

    it('pass against navarch etcd', async () => {
      const folder = resolve(suite)
      const mocha = join(folder, 'node_modules/.bin/mocha')
      assert.ok(existsSync(mocha), `${folder}: run \`npm install\` there first`)
      if (!existsSync(join(folder, 'lib/test'))) {
        await run(join(folder, 'node_modules/.bin/tsc'), ['--project', folder])
      }
      etcd = await EtcdProcesses.open()
      etcd.scheme = 'https'
      const certificates = join(folder, 'src/test/certs')
      const { client, peer } = await etcd.urls('m1')
      const plain = peer.replace('https', 'http')
      const flags = [
        `--cert-file=${certificates}/certs/etcd0.localhost.crt`,
        `--key-file=${certificates}/private/etcd0.localhost.key`,
        `--listen-peer-urls=${plain}`,
        `--initial-advertise-peer-urls=${plain}`,
      ]
      await etcd.start('m1', `m1=${plain}`, { flags })
      await etcd.ready('m1')
      const env = { ...process.env, ETCD_ADDR: new URL(client).host, ETCD_VERSION: '3.6.0' }
      const script = `cd '${folder}' && exec '${mocha}' --reporter json`
      const { stdout, stderr } = await run('sh', ['-c', script], { env, timeoutMs: 250_000 })
      assert.ok(stdout.includes('{'), stderr)
      const report = JSON.parse(stdout.slice(stdout.indexOf('{')))
      const failures = report.failures.map(({ fullTitle, err }: Failure) => {
        return `${fullTitle}: ${err.message}`
      })
      assert.deepEqual(failures, [])
      assert.ok(report.stats.passes >= PASSES_MIN, `${report.stats.passes} passed`)
      console.log(`      etcd3: ${report.stats.passes} passed, ${report.stats.pending} pending`)
    })
  })
}

interface Failure {
  readonly fullTitle: string
  readonly err: { readonly message?: string }
}
