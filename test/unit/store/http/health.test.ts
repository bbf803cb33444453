import assert from 'node:assert/strict'
import { GrpcCode, type HttpHandler, KvError, silentLog } from '../../../../src/base/index.ts'
import { type AlarmName, metricsHttp, storeHttp } from '../../../../src/store/http/index.ts'
import { Registry } from '../../../../src/store/metrics/index.ts'
import { etcdMethods } from '../../../../src/store/rpc/index.ts'
import { systemClock } from '../../../../src/platform/index.ts'
import { call, openEtcd, type TestEtcd } from '../../../support/store/etcd.ts'

describe('what a member tells over HTTP', () => {
  let etcd: TestEtcd
  let http: HttpHandler
  let alarms: AlarmName[]
  let checked: string[]
  beforeEach(async () => {
    etcd = await openEtcd()
    alarms = []
    checked = []
    const backup = () => Promise.reject(new Error('not asked for'))
    http = storeHttp({
      etcd: etcd.store,
      clock: systemClock,
      methods: etcdMethods({ etcd: etcd.store, backup }),
      metrics: new Registry(),
      log: silentLog,
      certificates: true,
      alarms: () => alarms,
      onCheck: ({ name, ok }) => checked.push(`${name}:${ok}`),
    })
  })
  afterEach(() => etcd.close())

  const ask = async (url: string, method = 'GET', more: object = {}) => {
    const request = { method, url, headers: {}, body: undefined, ...call, ...more }
    const { status, body } = await http(request)
    return [status, Buffer.from((body as Uint8Array | undefined) ?? []).toString()] as const
  }

  it('is healthy until an alarm is raised, unless that is left out', async () => {
    assert.deepEqual(await ask('/health'), [200, '{"health":"true","reason":""}'])
    alarms = ['NOSPACE']
    const ill = '{"health":"false","reason":"ALARM NOSPACE"}\n'
    assert.deepEqual(await ask('/health'), [503, ill])
    assert.equal((await ask('/health?exclude=NOSPACE'))[0], 200)
    assert.equal((await ask('/readyz'))[0], 200)
    alarms = ['CORRUPT']
    assert.deepEqual(await ask('/readyz/data_corruption'), [
      503,
      '[-]data_corruption failed: alarm activated: CORRUPT\n\n',
    ])
    assert.equal((await ask('/livez'))[0], 200)
    assert.deepEqual(checked.slice(0, 3), ['health:true', 'health:false', 'health:true'])
  })

  it('is ill without a leader, and ready for nothing but its own', async () => {
    etcd.member.linearize = () =>
      Promise.reject(new KvError(GrpcCode.unavailable, 'etcdserver: no leader'))
    Object.defineProperty(etcd.store.leaders, 'known', { value: false })
    const ill = '{"health":"false","reason":"RAFT NO LEADER"}\n'
    assert.deepEqual(await ask('/health'), [503, ill])
    assert.equal((await ask('/health?serializable=true'))[0], 200)
    assert.deepEqual(await ask('/readyz?verbose'), [
      503,
      '[+]data_corruption ok\n[+]serializable_read ok\n' +
        '[-]linearizable_read failed: etcdserver: no leader\n[+]non_learner ok\n\n',
    ])
    assert.deepEqual(await ask('/livez?verbose'), [200, '[+]serializable_read ok\nok\n'])
  })

  it('is asked by GET, answers browsers of any origin, and knows its paths', async () => {
    assert.equal((await ask('/health', 'POST'))[0], 405)
    assert.equal((await ask('/version', 'PUT'))[0], 405)
    assert.equal((await ask('/', 'GET'))[0], 404)
    assert.equal((await ask('//[', 'GET'))[0], 400)
    assert.equal((await ask('/v3/kv/range', 'GET'))[0], 501)
    assert.equal((await ask('/v3/none', 'POST'))[0], 404)
    const options = { method: 'OPTIONS', url: '/v3/kv/put', headers: {}, body: undefined, ...call }
    const { status, headers } = await http(options)
    assert.equal(status, 200)
    assert.equal(headers['access-control-allow-origin'], '*')
    assert.equal(
      (await ask('/v3beta/kv/range', 'POST', { body: Buffer.from('{"key":"YQ=="}') }))[0],
      200,
    )
  })

  it('takes no name from a certificate while auth is on', async () => {
    const { auth } = etcd.state
    auth.addUser({ name: 'root', hashedPassword: Buffer.from('h') })
    auth.grantRole('root', 'root')
    const identity = { commonName: 'root', organizations: [] }
    const put = { identity, body: Buffer.from('{"key":"YQ=="}') }
    assert.equal((await ask('/v3/kv/put', 'POST', put))[0], 200)
    auth.enable()
    const [status, text] = await ask('/v3/kv/put', 'POST', put)
    assert.equal(status, 400)
    assert.match(text, /^CommonName of client sending a request against gateway/)
  })

  it('serves probes alone where only these are asked for', async () => {
    const probes = metricsHttp({ etcd: etcd.store, clock: systemClock, metrics: new Registry() })
    const status = async (url: string, method = 'GET') =>
      (await probes({ method, url, headers: {}, body: undefined, ...call })).status
    assert.equal(await status('/health'), 200)
    assert.equal(await status('/metrics'), 200)
    assert.equal(await status('/v3/kv/put', 'POST'), 404)
  })
})
