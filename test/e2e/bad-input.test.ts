import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { readFileSync, rmSync } from 'node:fs'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

/** What a user gets for what is wrong: Kubernetes' own words, no stack trace, nothing lost. */
describe('bad input', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let kubectl: Kubectl

  before(async function () {
    const program = findKubectls().at(-1)
    if (!program) skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up('--masters', '1', '--nodes', '0')
    kubectl = new Kubectl(program, cluster)
  })
  after(() => cluster?.destroy())

  const cases: [name: string, args: string, input: string | undefined, expected: RegExp][] = [
    ['malformed YAML', 'apply -f -', 'a: [', /error (parsing|converting)/],
    [
      'an unknown kind',
      'apply -f -',
      '{"apiVersion":"v1","kind":"Nope","metadata":{"name":"x"}}',
      /no matches for kind "Nope"/,
    ],
    [
      'an unknown field',
      'create -f -',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"dta":{}}',
      /unknown field "dta"/,
    ],
    [
      'a wrong type',
      'create --validate=false -f -',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":1}}',
      /cannot unmarshal number into Go struct field ConfigMap.data of type string/,
    ],
    [
      'a bad name',
      'create configmap Bad_Name',
      undefined,
      /a lowercase RFC 1123 subdomain must consist of/,
    ],
    [
      'a bad selector',
      'get pods -l a=b=c',
      undefined,
      /found '=', expected: ','|unable to parse requirement/,
    ],
    [
      'a bad field selector',
      'get pods --field-selector spec.foo=1',
      undefined,
      /field label not supported: spec.foo/,
    ],
    ['an absent object', 'get configmap nope', undefined, /configmaps "nope" not found/],
    [
      'an absent namespace',
      'create configmap x -n nowhere',
      undefined,
      /namespaces "nowhere" not found/,
    ],
    [
      'an unknown resource',
      'get gizmos',
      undefined,
      /the server doesn't have a resource type "gizmos"/,
    ],
  ]
  for (const [name, args, input, expected] of cases) {
    it(`${name} is told in Kubernetes' words`, async () => {
      const outcome = await kubectl.try(args, input)
      assert.equal(outcome.code, 1, outcome.stdout)
      assert.match(outcome.stderr, expected)
    })
  }

  it('an oversized object is refused', async () => {
    const data = { big: 'x'.repeat(4 * 1024 * 1024) }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' }, data }
    const outcome = await kubectl.try('create --validate=false -f -', JSON.stringify(object))
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, /too large|limit is 3145728/i)
  })

  it('a stranger gets 403, a wrong token 401', async () => {
    const { masters } = await cluster.status()
    const url = `${masters[0]?.api.endpoint}/api/v1/pods`
    const ask = async (...args: string[]) =>
      (await run('curl', ['-sk', '-w', '%{http_code}', ...args, url])).stdout
    assert.match(await ask(), /"system:anonymous\\" cannot list resource[^]*403$/)
    const wrong = await ask('-H', 'authorization: Bearer nonsense')
    assert.match(wrong, /"reason": ?"Unauthorized"[^]*401$/)
  })

  it('unknown commands and flags have exit code 2 or 1 and no stack trace', async () => {
    for (const args of [
      ['frobnicate'],
      ['up', '--frob'],
      ['kill'],
      ['kill', 'master-9'],
      ['backup', 'status', 'absent.db'],
    ]) {
      const outcome = await cluster.navarch(...args)
      assert.ok(
        [1, 2].includes(outcome.code),
        `navarch ${args.join(' ')} exits with ${outcome.code}`,
      )
      assert.notEqual(outcome.stderr, '')
      assert.doesNotMatch(outcome.stderr, /\n\s+at .*:\d+:\d+/)
    }
  })

  it('a port in use is named', async () => {
    await cluster.expect('down')
    const { masters } = await cluster.status()
    const { port, hostname } = new URL(masters[0]?.api.endpoint ?? '')
    const squatter = createServer().listen(Number(port), hostname)
    await new Promise((resolve) => squatter.once('listening', resolve))
    const outcome = await cluster.navarch('up')
    await new Promise((resolve) => squatter.close(resolve))
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, new RegExp(`${port}[\\s\\S]*in use|in use[\\s\\S]*${port}`))
    await cluster.expect('up')
  })

  it('a file where the folder shall be is told', async () => {
    const outcome = await run('bin/navarch', ['up', '--data-dir', 'package.json'])
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, /^error: \S+package\.json is a file, not a folder\n/)
  })

  it('a cluster whose folder is removed ends', async () => {
    const pids = (await cluster.status()).masters.map(({ pid }) => pid)
    rmSync(cluster.dataDir, { recursive: true, force: true })
    await eventually('its processes have ended', () => !pids.some(lives))
  })
})

/** Not gone, nor a zombie. */
function lives(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
