import assert from 'node:assert/strict'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, type Outcome, run } from '../support/navarch.ts'
import { needProgram } from '../support/peers.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'
import { type MadeCertificate, OpensslAuthority } from '../support/store/openssl.ts'

/** TLS of `navarch etcd`, with certificates of openssl, clients of etcd, and openssl's own client. */
describe('navarch etcd, with TLS', function () {
  this.timeout(120_000)
  let etcd: EtcdProcesses
  let authority: OpensslAuthority
  let server: MadeCertificate

  before(function () {
    for (const name of ['etcdctl', 'openssl', 'curl']) needProgram(this, name)
  })
  beforeEach(async () => {
    etcd = await EtcdProcesses.open()
    etcd.scheme = 'https'
    authority = await OpensslAuthority.make(etcd.folder, 'authority')
    server = await authority.issue('server')
  })
  afterEach(() => etcd?.close())

  const isReady = (text: string) => text.includes('ready to serve client requests')
  /** etcdctl against the members that serve, as whoever has this certificate. */
  const etcdctl = async (args: string, as?: MadeCertificate): Promise<Outcome> => {
    const shown = as ? ['--cert', as.cert, '--key', as.key] : []
    const all = [...etcd.members.values()]
    // A single one may write its log elsewhere.
    const running = all.length === 1 ? all : all.filter(({ text }) => isReady(text()))
    const endpoints = running.map(({ client }) => client).join(',')
    const given = ['--endpoints', endpoints, '--cacert', authority.cert, ...shown]
    const limits = ['--dial-timeout=2s', '--command-timeout=2s']
    const env = { ...process.env, ETCDCTL_API: '3' }
    return await run('etcdctl', [...given, ...limits, ...args.split(' ')], { env })
  }
  const succeeds = async (args: string, as?: MadeCertificate): Promise<string> => {
    const { code, stdout, stderr } = await etcdctl(args, as)
    assert.equal(code, 0, `etcdctl ${args}: ${stderr}`)
    return stdout.trim()
  }
  const fails = async (args: string, as?: MadeCertificate): Promise<void> => {
    assert.notEqual((await etcdctl(args, as)).code, 0, `etcdctl ${args}`)
  }
  const clientFlags = (made: MadeCertificate, more: readonly string[] = []) => [
    `--cert-file=${made.cert}`,
    `--key-file=${made.key}`,
    `--trusted-ca-file=${authority.cert}`,
    ...more,
  ]
  const peerFlags = (made: MadeCertificate, more: readonly string[] = []) => [
    `--peer-cert-file=${made.cert}`,
    `--peer-key-file=${made.key}`,
    `--peer-trusted-ca-file=${authority.cert}`,
    ...more,
  ]
  /** openssl's client: whether the handshake came about, and the server's certificate. */
  const handshake = async (...flags: string[]): Promise<Outcome> => {
    const { host } = new URL(etcd.members.get('m1')?.client ?? '')
    const args = ['s_client', '-connect', host, '-CAfile', authority.cert, ...flags]
    return await run('openssl', args, { input: '' })
  }

  it('lets in only whom its authority knows, by no older TLS, and takes new certificates', async () => {
    const [alice, bob] = [await authority.issue('alice'), await authority.issue('bob')]
    const expired = await authority.issue('expired', { days: -1 })
    const foreign = await (await OpensslAuthority.make(etcd.folder, 'other')).issue('alice')
    await authority.revoke()
    const [cert, key] = [join(etcd.folder, 'in-use.crt'), join(etcd.folder, 'in-use.key')]
    const use = async (made: MadeCertificate) => {
      await copyFile(made.cert, cert)
      await copyFile(made.key, key)
    }
    await use(server)
    const flags = [
      ...clientFlags({ cert, key }, [`--client-crl-file=${authority.crl}`, '--client-cert-auth']),
      ...peerFlags(await authority.issue('m1')),
      '--cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    ]
    await etcd.start('m1', await etcd.initial(['m1']), { flags })
    await etcd.ready('m1')
    assert.equal(await succeeds('put a 1', alice), 'OK')
    assert.equal(await succeeds('get a --print-value-only', bob), '1')
    for (const stranger of [undefined, expired, foreign]) await fails('get a', stranger)
    const { client } = await etcd.urls('m1')
    const plain = await run('curl', ['-s', client.replace('https', 'http')])
    assert.notEqual(plain.code, 0)

    const shown = ['-cert', alice.cert, '-key', alice.key]
    const tls12 = await handshake(...shown, '-tls1_2')
    assert.match(tls12.stdout, /Cipher *: ECDHE-ECDSA-AES128-GCM-SHA256/)
    const others = ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-GCM-SHA384']
    assert.doesNotMatch((await handshake(...shown, ...others)).stdout, /BEGIN CERTIFICATE/)
    const old = ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0']
    assert.doesNotMatch((await handshake(...shown, ...old)).stdout, /BEGIN CERTIFICATE/)

    await use(await authority.issue('renewed'))
    await eventually('the new certificate', async () =>
      (await handshake(...shown)).stdout.includes('CN = renewed'),
    )
    assert.equal(await succeeds('get a --print-value-only', alice), '1')
    await authority.revoke(bob)
    await eventually('bob to be turned away', async () => (await etcdctl('get a', bob)).code !== 0)
    assert.equal(await succeeds('get a --print-value-only', alice), '1')
  })

  it('joins members by their certificates, and none that the flags do not name', async () => {
    const names = ['m1', 'm2', 'm3']
    const initial = await etcd.initial(names)
    const client = clientFlags(server)
    const allowed = ['--peer-client-cert-auth', '--peer-cert-allowed-cn=member']
    const member = await authority.issue('member')
    const stranger = await authority.issue('stranger')
    const elsewhere = await authority.issue('member', { names: 'IP:127.0.0.9' })
    const start = async (name: string, own: MadeCertificate) =>
      await etcd.start(name, initial, { flags: [...client, ...peerFlags(own, allowed)] })
    await Promise.all([start('m1', member), start('m2', member), start('m3', stranger)])
    await etcd.ready('m1', 'm2')
    const alice = await authority.issue('alice')
    assert.equal(await succeeds('put a 1', alice), 'OK')
    const m1 = etcd.members.get('m1')
    await eventually('m3 to be turned away', () =>
      /rejected connection on peer endpoint.*common name is \\"stranger/.test(m1?.text() ?? ''),
    )
    assert.doesNotMatch(etcd.members.get('m3')?.text() ?? '', /ready to serve/)
    etcd.members.get('m3')?.child.kill('SIGKILL')
    await etcd.members.get('m3')?.exit()
    // Signed for another address than the one that it comes from.
    await start('m3', elsewhere)
    await eventually('m3 to be turned away again', () =>
      /127\.0\.0\.1.* does not match any of/.test(m1?.text() ?? ''),
    )
    etcd.members.get('m3')?.child.kill('SIGKILL')
    await etcd.members.get('m3')?.exit()
    await start('m3', member)
    await etcd.ready('m3')
    await succeeds('endpoint health', alice)
  })

  it('makes its own certificates when told to', async () => {
    const names = ['m1', 'm2', 'm3']
    const initial = await etcd.initial(names)
    const flags = ['--auto-tls', '--peer-auto-tls']
    await Promise.all(names.map((name) => etcd.start(name, initial, { flags })))
    await etcd.ready(...names)
    const unchecked = '--insecure-skip-tls-verify --insecure-transport=false'
    const { client } = await etcd.urls('m2')
    const { stdout, stderr } = await run(
      'etcdctl',
      [...unchecked.split(' '), '--endpoints', client, 'put', 'a', '1'],
      { env: { ...process.env, ETCDCTL_API: '3' } },
    )
    assert.equal(stdout.trim(), 'OK', stderr)
  })

  it('has no key, value, password or token in its log, at the level debug', async () => {
    const log = join(etcd.folder, 'log')
    const flags = [
      ...clientFlags(server),
      ...peerFlags(server),
      '--log-level=debug',
      `--log-outputs=${log}`,
      '--bcrypt-cost=4',
    ]
    await etcd.start('m1', await etcd.initial(['m1']), { flags })
    const alice = await authority.issue('alice')
    await eventually(
      'a put',
      async () => (await etcdctl('put hidden-key hidden-value', alice)).code === 0,
    )
    await succeeds('get hidden-key', alice)
    await fails('get hidden-key --rev=9999', alice)
    await fails('get hidden-key')
    await succeeds('del hidden-key', alice)
    await succeeds('user add root:hidden-password', alice)
    await succeeds('auth enable', alice)
    await fails('get hidden-key --user root:hidden-wrong', alice)
    await succeeds('get hidden-key --user root:hidden-password', alice)
    etcd.members.get('m1')?.child.kill('SIGTERM')
    await etcd.members.get('m1')?.exit()
    const text = await readFile(log, 'utf8')
    assert.match(text, /"level":"debug"/)
    const encoded = Buffer.from('hidden-').toString('base64').slice(0, 8)
    for (const word of ['hidden', encoded]) assert.ok(!text.includes(word), word)
  })
})
