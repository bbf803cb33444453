import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../src/base/index.ts'
import { etcdConfig } from '../../../src/cmd/parts/etcd-config.ts'
import { ETCD_FLAGS } from '../../../src/cmd/parts/etcd-flag-table.ts'
import { etcdHelp } from '../../../src/cmd/parts/etcd-help.ts'
import { EtcdConfigError, readEtcdFlags } from '../../../src/cmd/parts/etcd-flags.ts'
import { logSettings } from '../../../src/cmd/parts/etcd-log.ts'
import { readEtcdTls } from '../../../src/cmd/parts/etcd-tls.ts'
import { FlagError } from '../../../src/cmd/parts/flags.ts'
import { testPki } from '../platform/pki.ts'

const read = (line: string, env: NodeJS.ProcessEnv = {}) =>
  readEtcdFlags(line.split(' ').filter(Boolean), env)
const LOCAL = { text: '', secure: true, address: '127.0.0.1', port: 1 }
const config = (line: string) => etcdConfig(read(line))
const misused = (message: string) => (error: unknown) =>
  error instanceof FlagError && error.message === message
const refused = (message: string) => (error: unknown) =>
  error instanceof EtcdConfigError && error.message === message

describe("navarch etcd's flags", () => {
  it("are read as Go's package reads them", () => {
    const flags = read('-name a --max-txn-ops=5 --force-new-cluster --pre-vote=F')
    assert.equal(flags.get('name'), 'a')
    assert.equal(flags.get('max-txn-ops'), '5')
    assert.equal(flags.get('force-new-cluster'), 'true')
    assert.equal(flags.get('pre-vote'), 'false')
    assert.equal(flags.get('max-request-bytes'), '1572864')
    const bad: [line: string, message: string][] = [
      ['--nothing', 'flag provided but not defined: -nothing'],
      ['--name', 'flag needs an argument: -name'],
      ['--max-txn-ops=x', 'invalid value "x" for flag -max-txn-ops: parse error'],
      ['--max-request-bytes=-1', 'invalid value "-1" for flag -max-request-bytes: parse error'],
      [
        '--grpc-keepalive-timeout=5',
        'invalid value "5" for flag -grpc-keepalive-timeout: parse error',
      ],
      ['--pre-vote=maybe', 'invalid boolean value "maybe" for -pre-vote: parse error'],
    ]
    for (const [line, message] of bad) assert.throws(() => read(line), misused(message))
  })

  it('come from variables as well, by their older names, and say what is in vain', () => {
    const flags = read('--experimental-max-learners=3 --unsafe-no-fsync', {
      ETCD_MAX_TXN_OPS: '7',
      ETCD_VERSION: 'v3.6.0',
      ETCD_MAX_WALS: '9',
      ETCD_NO_SUCH: '1',
      ETCDCTL_API: '3',
    })
    assert.equal(flags.get('max-learners'), '3')
    assert.equal(flags.get('max-txn-ops'), '7')
    assert.equal(flags.get('version'), 'false')
    const told = flags.warnings.map(({ flag }) => flag)
    assert.deepEqual(told.sort(), ['--max-wals', '--unsafe-no-fsync', 'ETCD_NO_SUCH'])
    assert.throws(() => read('', { ETCD_MAX_TXN_OPS: 'x' }), FlagError)
  })

  it('refuse to be discovered', () => {
    for (const line of ['--discovery=http://x/1', '--discovery-srv=x', '--proxy=on']) {
      assert.throws(() => read(line), /is not supported/)
    }
    assert.deepEqual(read('--proxy=off').warnings, [])
  })

  it('come from a file with its sections', () => {
    const folder = mkdtempSync(join(tmpdir(), 'etcd-flags-'))
    try {
      const path = join(folder, 'etcd.yaml')
      writeFileSync(
        path,
        'name: f\nwatch-progress-notify-interval: 5000000000\n' +
          'client-transport-security:\n  cert-file: c.pem\n  allowed-hostname: h\n' +
          'peer-transport-security:\n  allowed-cn: members\n  client-cert-auth: true\n',
      )
      const flags = read(`--config-file=${path}`)
      assert.equal(flags.get('cert-file'), 'c.pem')
      assert.equal(flags.get('client-cert-allowed-hostname'), 'h')
      assert.equal(flags.get('peer-cert-allowed-cn'), 'members')
      assert.equal(flags.get('peer-client-cert-auth'), 'true')
      assert.equal(etcdConfig(flags).progressPeriodMs, 5000)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("are checked in etcd's words", () => {
    const bad: [line: string, message: string][] = [
      ['--heartbeat-interval=0', '--heartbeat-interval must be >0 (set to 0ms)'],
      ['--election-timeout=0', '--election-timeout must be >0 (set to 0ms)'],
      [
        '--election-timeout=400',
        '--election-timeout[400ms] should be at least as 5 times as --heartbeat-interval[100ms]',
      ],
      [
        '--election-timeout=60000',
        '--election-timeout[60000ms] is too long, and should be set less than 50000ms',
      ],
      ['--auto-compaction-mode=never', 'unknown auto-compaction-mode "never"'],
      [
        '--listen-peer-urls=http://example.com:1',
        'expected IP in URL for binding (http://example.com:1)',
      ],
    ]
    for (const [line, message] of bad) assert.throws(() => config(line), refused(message))
    assert.throws(() => config('--initial-cluster-state=old'), FlagError)
    assert.throws(
      () => config('--listen-client-urls=127.0.0.1:1'),
      misused(
        'invalid value "127.0.0.1:1" for flag -listen-client-urls: ' +
          'parse "127.0.0.1:1": first path segment in URL cannot contain colon',
      ),
    )
    assert.throws(() => config('--listen-peer-urls=ftp://127.0.0.1:1'), /URL scheme must be http/)
    assert.throws(() => config('--listen-peer-urls=http://127.0.0.1'), /the form "host:port"/)
  })

  it('bind to every URL: addresses, default ports, sockets', () => {
    const { listenClientUrls, listenPeerUrls } = config(
      '--listen-client-urls=http://127.0.0.1:80,https://[::1]:443,unix:///srv/data/s ' +
        '--advertise-client-urls=unix:///srv/data/s ' +
        '--listen-peer-urls=http://127.0.0.1:1,https://127.0.0.1:2',
    )
    assert.deepEqual(
      listenClientUrls.map(({ address, port, secure, path }) => [address, port, secure, path]),
      [
        ['127.0.0.1', 80, false, undefined],
        ['::1', 443, true, undefined],
        ['', 0, false, '/srv/data/s'],
      ],
    )
    assert.deepEqual(
      listenPeerUrls.map(({ port, secure }) => [port, secure]),
      [
        [1, false],
        [2, true],
      ],
    )
  })

  it('say how to log, and which TLS', () => {
    const log = (line: string) => logSettings(read(line))
    assert.equal(log('--debug').level, 'debug')
    assert.equal(log('--log-level=panic').level, 'error')
    assert.deepEqual(log('--enable-log-rotation --log-outputs=f').rotation, {
      maxBytes: 100 * 2 ** 20,
    })
    assert.throws(() => log('--logger=capnslog'), refused('--logger=capnslog is removed in v3.5'))
    assert.throws(() => log('--logger=x'), refused('unknown logger option "x"'))
    assert.throws(() => log('--log-level=loud'), /unrecognized level/)
    assert.throws(() => log('--log-format=xml'), /unknown log format: xml/)
    assert.throws(() => log('--log-outputs=default,f'), /multi logoutput/)
    const tls = (line: string) => {
      const flags = read(`--auto-tls --listen-client-urls=https://127.0.0.1:1 ${line}`)
      return readEtcdTls('', flags, [LOCAL], { log: silentLog })?.tls
    }
    const suite = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
    assert.match(tls(`--cipher-suites=${suite}`)?.ciphers ?? '', /:ECDHE-RSA-AES128-GCM-SHA256$/)
    assert.throws(() => tls('--cipher-suites=X'), refused('unexpected TLS cipher suite "X"'))
    assert.throws(() => tls('--tls-min-version=TLS1.1'), /unexpected TLS version "TLS1.1"/)
    assert.throws(() => tls('--tls-min-version=TLS1.3 --tls-max-version=TLS1.2'), /is greater than/)
    assert.throws(
      () => tls(`--tls-min-version=TLS1.3 --cipher-suites=${suite}`),
      refused('cipher suites cannot be configured when only TLS1.3 is enabled'),
    )
  })

  it('tell of a certificate that is replaced and cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etcd-tls-'))
    try {
      const { certPem, keyPem } = testPki().server
      writeFileSync(join(folder, 'cert'), certPem)
      writeFileSync(join(folder, 'key'), keyPem)
      const flags = read(`--cert-file=${folder}/cert --key-file=${folder}/key`)
      let tls: ReturnType<typeof readEtcdTls>
      const told = new Promise<string>((resolve) => {
        const warn = (text: string, { error }: { error?: unknown } = {}) =>
          resolve(`${text}: ${String(error)}`)
        tls = readEtcdTls('', flags, [LOCAL], { log: { ...silentLog, warn } })
      })
      const stop = tls?.tls.onChange?.(() => undefined)
      rmSync(join(folder, 'cert'))
      assert.match(await told, /cannot be used yet: .*ENOENT/)
      assert.equal(tls?.tls.latest?.().certPem, certPem)
      stop?.()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('are all told of in --help, unless they have no effect', () => {
    const told = [...etcdHelp().matchAll(/^  --(\S+).*\n      \S/gm)].map(([, name]) => name)
    const meant = Object.entries(ETCD_FLAGS)
      .filter(([, { ignored, refused: why }]) => ignored === undefined && why === undefined)
      .map(([name]) => name)
      .filter((name) => !['version', 'help', 'h'].includes(name))
    assert.deepEqual(new Set(told), new Set(meant))
    assert.match(etcdHelp(), /^  --election-timeout '1000'$/m)
  })

  it('are told of in docs/store.md where they do not do as in etcd', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/store.md'), 'utf8')
    const untold = Object.entries(ETCD_FLAGS)
      .filter(([, { ignored, refused: why }]) => ignored !== undefined || why !== undefined)
      .map(([name]) => name.replace(/^experimental-/, ''))
      .filter((name) => !page.includes(`\`${name}\``))
    assert.deepEqual(untold, [])
  })
})
