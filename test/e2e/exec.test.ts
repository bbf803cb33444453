import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { eventually, Kubectl, TestCluster } from '../support/navarch.ts'
import { findKubectls, findProgram, skipWithout } from '../support/peers.ts'

const PODS = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: navarch/web
      env: [{ name: COLOR, value: blue }]
      workingDir: /data/work
      readinessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 1 }
      volumeMounts: [{ name: data, mountPath: /data }]
    - name: clock
      image: shell
      command: [sh, -c, 'while :; do echo tick; sleep 0.2; done']
  volumes: [{ name: data, emptyDir: {} }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`

const BIG_BYTES = 10 * 1024 * 1024

/** What users try next: commands, files and ports of a running pod. Every kubectl to be found. */
describe('kubectl exec, cp, attach and port-forward', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let folder: string

  before(async function () {
    if (findKubectls().length === 0) skipWithout(this, 'kubectl is not installed')
    folder = mkdtempSync(join(tmpdir(), 'navarch-exec-'))
    cluster = await TestCluster.up()
    const kubectl = new Kubectl(findKubectls()[0] ?? '', cluster)
    await kubectl.do('apply -f -', PODS)
    await kubectl.do('wait --for=condition=Ready pod/web --timeout=60s')
  })
  after(async () => {
    await cluster?.destroy()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  for (const program of findKubectls()) {
    describe(basename(program), () => {
      let kubectl: Kubectl
      before(() => {
        kubectl = new Kubectl(program, cluster)
      })

      const sh = (script: string) => ['exec', 'web', '-c', 'web', '--', 'sh', '-c', script]

      it("runs a command in the container's environment and folder", async () => {
        const said = await kubectl.doArgs(sh('echo $COLOR; pwd'))
        assert.match(said, /^blue\n(?:.*\/root)?\/data\/work$/)
      })

      it('hands its exit code on', async () => {
        const outcome = await kubectl.tryArgs(sh('exit 7'))
        assert.equal(outcome.code, 7)
        assert.match(outcome.stderr, /command terminated with exit code 7/)
      })

      it('keeps standard error apart', async () => {
        const outcome = await kubectl.tryArgs(sh('echo out; echo err >&2'))
        assert.deepEqual(outcome, { code: 0, stdout: 'out\n', stderr: 'err\n' })
      })

      it('feeds standard input, to its end', async () => {
        assert.equal(await kubectl.do('exec -i web -c web -- cat', 'hi\n'), 'hi')
        const first = await kubectl.tryArgs(
          ['exec', '-i', 'web', '-c', 'web', '--', 'head', '-c', '3'],
          'x'.repeat(2_000_000),
        )
        assert.equal(first.stdout, 'xxx')
      })

      it('loses nothing of a large output', async () => {
        const script = `head -c ${BIG_BYTES} /dev/zero | tr '\\0' x`
        const { code, stdout } = await kubectl.tryArgs(sh(script))
        assert.equal(code, 0)
        assert.equal(stdout.length, BIG_BYTES)
      })

      it('gives a terminal', async () => {
        // kubectl asks for one only when it has one itself.
        if (!findProgram('script')) return
        // The size arrives when the command runs already: with Kubernetes, too.
        const script = 'tty; until stty size | grep "33 101"; do sleep 0.1; done; exit 3'
        const line = `${program} exec -it web -c web -- sh -c '${script}'`
        const inTerminal = `stty cols 101 rows 33; ${line}`
        const args = ['--quiet', '--return', '--command', inTerminal, '/dev/null']
        const outcome = await cluster.run('script', args)
        assert.match(outcome.stdout, /\/dev\/pts\/\d+/)
        assert.match(outcome.stdout, /33 101/)
        assert.equal(outcome.code, 3)
      })

      it('ends the command when its client goes', async () => {
        const mark = `3600.${Math.floor(Math.random() * 1e9)}`
        const running = kubectl.start(`exec -i web -c web -- sleep ${mark}`)
        const seen = async () => (await cluster.run('pgrep', ['-fx', `sleep ${mark}`])).code === 0
        await eventually('the command', seen)
        running.process.kill('SIGKILL')
        await eventually('its end', async () => !(await seen()))
      })

      it('says what is wrong', async () => {
        const noContainer = await kubectl.try('exec web -c nope -- true')
        assert.equal(noContainer.code, 1)
        assert.match(noContainer.stderr, /container nope (?:is not valid for|not found in) pod web/)
        const noPod = await kubectl.try('exec nope -- true')
        assert.match(noPod.stderr, /pods "nope" not found/)
        const noCommand = await kubectl.try('exec web -c web -- no-such-command')
        assert.notEqual(noCommand.code, 0)
        assert.match(noCommand.stderr, /"no-such-command": executable file not found in \$PATH/)
        const defaulted = await kubectl.try('exec web -- true')
        assert.match(defaulted.stderr, /Defaulted container "web" out of: web, clock/)
      })

      it('copies files both ways', async () => {
        const bytes = randomBytes(3_000_000)
        const here = join(folder, 'there.bin')
        writeFileSync(here, bytes)
        const inPod = await kubectl.doArgs(sh('pwd'))
        await kubectl.doArgs(['cp', here, `web:${inPod}/copied.bin`, '-c', 'web'])
        const sum = await kubectl.doArgs(sh('sha256sum < copied.bin'))
        assert.equal(sum.split(' ')[0], createHash('sha256').update(bytes).digest('hex'))
        const back = join(folder, 'back.bin')
        await kubectl.doArgs(['cp', `web:${inPod}/copied.bin`, back, '-c', 'web'])
        assert.ok(readFileSync(back).equals(bytes))
      })

      it('attaches to what a container writes', async () => {
        const attach = kubectl.start('attach web -c clock')
        await eventually('two ticks', () => /tick\n[^]*tick/.test(attach.output()))
        await attach.stop()
      })

      it('runs a pod that one talks to', async () => {
        const name = `talk-${basename(program).replaceAll('.', '-')}`
        const started = ['run', name, '-i', '--rm', '--restart=Never', '--image=shell']
        const script = 'read -r word; echo "hello $word"; exit 5'
        const said = await kubectl.tryArgs(
          [...started, '--command', '--', 'sh', '-c', script],
          'you\n',
        )
        assert.match(said.stdout, /hello you/)
        assert.equal(said.code, 5)
        assert.match((await kubectl.try(`get pod ${name}`)).stderr, /not found/)
        if (!findProgram('script')) return
        const line = `${program} run ${name} -it --rm --restart=Never --image=shell --command -- sh -c`
        const inPod = `until stty size | grep "33 101"; do sleep 0.1; done; tty; exit 7`
        const inTerminal = `stty cols 101 rows 33; ${line} '${inPod}'`
        const args = ['--quiet', '--return', '--command', inTerminal, '/dev/null']
        const outcome = await cluster.run('script', args)
        assert.match(outcome.stdout, /\/dev\/pts\/\d+/)
        assert.equal(outcome.code, 7)
      })

      // The oldest and the newest: what lies between speaks as one of them.
      const isExtreme = [findKubectls()[0], findKubectls().at(-1)].includes(program)
      const itOnce = isExtreme ? it : () => undefined
      itOnce('debugs a pod with a container of its own', async () => {
        const name = `debug-${basename(program).replaceAll('.', '-')}`
        const about = [
          'debug',
          'web',
          '--image=shell',
          '--target=web',
          '-c',
          name,
          '--profile=general',
        ]
        const script = 'read -r word; echo "debugging $word"; exit 6'
        const line = ['-i', '--attach', ...about.slice(1), '--', 'sh', '-c', script]
        const attached = await kubectl.tryArgs(['debug', ...line], 'web\n')
        assert.match(attached.stdout, /debugging web/, attached.stderr)
        const path = `{.status.ephemeralContainerStatuses[?(@.name=="${name}")].state.terminated}`
        const ended = await eventually('its end', async () => {
          const state = await kubectl.doArgs(['get', 'pod', 'web', '-o', `jsonpath=${path}`])
          return state === '' ? undefined : (JSON.parse(state) as { exitCode: number })
        })
        assert.equal(ended.exitCode, 6)
        assert.match(await kubectl.do(`logs web -c ${name}`), /debugging web/)
        assert.match(await kubectl.do('describe pod web'), new RegExp(`Ephemeral Containers:\\s+`))
        const running = await kubectl.do('get pod web -o jsonpath={.status.phase}')
        assert.equal(running, 'Running')
      })

      it('reaches pods, services and nodes through the API server', async () => {
        const raw = (path: string) => kubectl.do(`get --raw ${path}`)
        const at = '/api/v1/namespaces/default'
        assert.match(await raw(`${at}/pods/web:8080/proxy/healthz`), /ok/)
        for (const name of ['web:80', 'web:http', 'http:web:http']) {
          assert.match(await raw(`${at}/services/${name}/proxy/healthz`), /ok/)
        }
        const node = await kubectl.do('get pod web -o jsonpath={.spec.nodeName}')
        assert.equal(await raw(`/api/v1/nodes/${node}/proxy/healthz`), 'ok')
        const summary = JSON.parse(await raw(`/api/v1/nodes/${node}/proxy/stats/summary`))
        assert.equal(summary.node.nodeName, node)
        const wrong = await kubectl.try(`get --raw ${at}/services/web:81/proxy/`)
        assert.match(wrong.stderr, /no service port 81 found for service "web"/)
        const proxy = kubectl.start('proxy --port=0')
        const port = await eventually('the port', () => {
          return /127\.0\.0\.1:(\d+)/.exec(proxy.output())?.[1]
        })
        const url = `http://127.0.0.1:${port}${at}/services/web:http/proxy/healthz`
        const answer = await fetch(url)
        assert.equal(answer.status, 200)
        assert.match(await answer.text(), /ok/)
        await proxy.stop()
      })

      it('forwards ports', async () => {
        const forward = kubectl.start('port-forward pod/web :8080')
        const port = await eventually('the port', () => {
          const [, found] = /127\.0\.0\.1:(\d+) -> 8080/.exec(forward.output()) ?? []
          return found
        })
        for (let i = 0; i < 3; i++) {
          const answers = await Promise.all(
            Array.from({ length: 5 }, () => fetch(`http://127.0.0.1:${port}/healthz`)),
          )
          for (const answer of answers) assert.equal(answer.status, 200)
        }
        await forward.stop()
      })

      it('says that nothing listens on a port', async () => {
        const forward = kubectl.start('port-forward pod/web :9')
        const port = await eventually('the port', () => {
          const [, found] = /127\.0\.0\.1:(\d+) -> 9/.exec(forward.output()) ?? []
          return found
        })
        await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
        const why = /error forwarding port 9 to pod web, uid .* refused the connection/
        await eventually('the reason', () => why.test(forward.output()))
        await forward.stop()
      })
    })
  }
})
