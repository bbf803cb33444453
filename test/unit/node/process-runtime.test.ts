import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../src/base/index.ts'
import { type MountMode, ProcessRuntime } from '../../../src/node/kubelet/runtime/process/index.ts'
import type { ContainerConfig, ObservedContainer } from '../../../src/node/kubelet/runtime/types.ts'
import {
  systemClock,
  systemDisk,
  systemLinks,
  systemProcesses,
  systemRandom,
} from '../../../src/platform/index.ts'
import { findProgram, skipOnThisKernel, skipWithout } from '../../support/peers.ts'
import { containerConfig as config } from './container-config.ts'
import { until } from './until.ts'

const NO_MOUNTS = 'mounts in a namespace of its own are not permitted here'

const POD = { uid: 'uid-1', namespace: 'default', name: 'web-1' }
const NODE = process.execPath

describe('ProcessRuntime', () => {
  let folder: string
  const open: ProcessRuntime[] = []

  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'navarch-runtime-'))
  })

  afterEach(async () => {
    for (const runtime of open.splice(0)) {
      await runtime.removeSandbox(POD.uid)
      await runtime.close()
    }
    await fs.rm(folder, { recursive: true, force: true })
  })

  async function start(mountMode: MountMode = 'none'): Promise<ProcessRuntime> {
    const runtime = new ProcessRuntime(
      {
        dataFolder: folder,
        podCidr: '127.77.1.0/24',
        nodeIp: '127.77.0.1',
        images: {
          'navarch/job': { command: [NODE, '-e'], args: ['console.log("default")'] },
          'registry:5000/tool': { command: [], args: [], files: { '/no-such-tool': '/bin/sh' } },
        },
        version: 'test',
        mountMode,
      },
      {
        clock: systemClock,
        disk: systemDisk(),
        links: systemLinks,
        log: silentLog,
        processes: systemProcesses(),
        random: systemRandom(),
      },
    )
    await runtime.start(() => undefined)
    open.push(runtime)
    return runtime
  }

  async function runToEnd(
    runtime: ProcessRuntime,
    over: Partial<ContainerConfig>,
  ): Promise<ObservedContainer['state'] & { kind: 'exited' }> {
    await runtime.ensureSandbox(POD, { hostNetwork: false })
    const { id } = await runtime.startContainer(POD, config(over))
    return until('the container has ended', () => {
      const state = runtime.containers(POD.uid).find((c) => c.id === id)?.state
      return state?.kind === 'exited' ? state : undefined
    })
  }

  async function logsOf(
    runtime: ProcessRuntime,
    options: { timestamps?: boolean; tailLines?: number; limitBytes?: number } = {},
  ): Promise<string> {
    const id = runtime.containers(POD.uid).at(-1)?.id ?? ''
    const parts: Uint8Array[] = []
    const signal = new AbortController().signal
    const want = { follow: false, timestamps: false, ...options, signal }
    for await (const part of runtime.logs(id, want)) parts.push(part)
    return Buffer.concat(parts).toString()
  }

  it('runs a command and keeps its exit code, output and addresses apart', async () => {
    const runtime = await start()
    const sandbox = await runtime.ensureSandbox(POD, { hostNetwork: false })
    assert.equal(sandbox.ip, '127.77.1.1')
    const other = await runtime.ensureSandbox({ ...POD, uid: 'uid-2' }, { hostNetwork: false })
    assert.equal(other.ip, '127.77.1.2')
    const state = await runToEnd(runtime, {
      command: ['sh', '-c', 'echo one; echo two >&2; printf three; exit 3'],
    })
    assert.equal(state.exitCode, 3)
    assert.equal(state.reason, 'Error')
    assert.equal(await logsOf(runtime), 'one\ntwo\nthree')
    assert.equal(await logsOf(runtime, { tailLines: 2 }), 'two\nthree')
    assert.equal(await logsOf(runtime, { tailLines: 0 }), '')
    assert.equal(await logsOf(runtime, { limitBytes: 5 }), 'one\nt')
    assert.match(await logsOf(runtime, { timestamps: true, tailLines: 1 }), /^\d{4}-.*Z three$/)
    await runtime.removeSandbox('uid-2')
  })

  it('reads and sends on a line as soon as it is written', async () => {
    const runtime = await start()
    await runtime.ensureSandbox(POD, { hostNetwork: false })
    const script = 'setInterval(() => console.log(Date.now()), 350)'
    const { id } = await runtime.startContainer(POD, config({ command: [NODE, '-e', script] }))
    const end = new AbortController()
    const want = { follow: true, timestamps: true, signal: end.signal }
    const late: number[] = []
    for await (const part of runtime.logs(id, want)) {
      const [stamp = '', written] = Buffer.from(part).toString().trim().split(' ')
      late.push(Math.max(Date.now(), Date.parse(stamp)) - Number(written))
      if (late.length === 5) end.abort()
    }
    // The middle one: a busy machine may hold up one or two.
    const [, , middle = Infinity] = late.sort((a, b) => a - b)
    // Far below the second that an idle spool is polled at; far above what a busy machine takes.
    assert.ok(middle < 600, `lines come after ${late.join(', ')} ms`)
  })

  it('follows Kubernetes rules for command and args', async () => {
    const runtime = await start()
    const image = 'navarch/job:v1'
    await runToEnd(runtime, { image, command: [] })
    assert.equal(await logsOf(runtime), 'default\n')
    await runToEnd(runtime, { image, command: [], args: ['console.log("own")'], attempt: 1 })
    assert.equal(await logsOf(runtime), 'own\n')
    assert.equal(runtime.image('nginx', { hasCommand: true }).kind, 'present')
    const missing = runtime.image('nginx', { hasCommand: false })
    assert.ok(missing.kind === 'missing' && missing.message.includes('navarch/job'))
  })

  it('stops with SIGTERM, and with SIGKILL when that is not heard', async () => {
    const runtime = await start()
    await runtime.ensureSandbox(POD, { hostNetwork: false })
    const polite = await runtime.startContainer(
      POD,
      config({
        command: ['sh', '-c', 'trap "exit 7" TERM; : > "$UP"; while :; do sleep 0.05; done'],
        env: { PATH: process.env.PATH ?? '', UP: join(folder, 'up') },
      }),
    )
    const deaf = await runtime.startContainer(
      POD,
      config({
        name: 'deaf',
        command: ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'],
      }),
    )
    await until('it is up', async () => (await logsOf(runtime)) === 'up\n' || undefined)
    await until('the other is', () => fs.stat(join(folder, 'up')).catch(() => undefined))
    await runtime.stopContainer(polite.id, { graceMs: 10_000 })
    await runtime.stopContainer(deaf.id, { graceMs: 100 })
    const codes = runtime
      .containers(POD.uid)
      .map((c) => c.state.kind === 'exited' && c.state.exitCode)
    assert.deepEqual(codes, [7, 137])
  })

  it('leaves an exited attempt behind when a command does not exist', async () => {
    const runtime = await start()
    await runtime.ensureSandbox(POD, { hostNetwork: false })
    await assert.rejects(runtime.startContainer(POD, config({ command: ['no-such-program'] })), {
      name: 'RuntimeError',
      reason: 'RunContainerError',
      message: /exec: "no-such-program": executable file not found in \$PATH/,
    })
    const [left] = runtime.containers(POD.uid)
    assert.ok(left?.state.kind === 'exited')
    assert.deepEqual([left.state.exitCode, left.state.reason], [128, 'StartError'])
  })

  it('finds its containers again after the agent was killed', async () => {
    const first = await start()
    const { ip } = await first.ensureSandbox(POD, { hostNetwork: false })
    const running = await first.startContainer(POD, config({ command: ['sleep', '60'] }))
    const job = await first.startContainer(
      POD,
      config({ name: 'job', command: ['sh', '-c', 'sleep 0.3; echo late; exit 5'] }),
    )
    await first.close()
    open.splice(0)
    await until(
      'the job has ended without an agent',
      async () =>
        (await fs.readFile(join(folder, 'pods/uid-1/containers/job/0/exit')).catch(() => ''))
          .length > 0 || undefined,
    )
    const second = await start()
    assert.equal(second.sandbox(POD.uid)?.ip, ip)
    const next = await second.ensureSandbox({ ...POD, uid: 'uid-9' }, { hostNetwork: false })
    assert.notEqual(next.ip, ip)
    await second.removeSandbox('uid-9')
    const found = await until('the end of the job is known', () => {
      const state = second.containers(POD.uid).find((c) => c.id === job.id)?.state
      return state?.kind === 'exited' ? state : undefined
    })
    assert.equal(found.exitCode, 5)
    const parts: Uint8Array[] = []
    const want = { follow: false, timestamps: false, signal: new AbortController().signal }
    for await (const part of second.logs(job.id, want)) parts.push(part)
    assert.equal(Buffer.concat(parts).toString(), 'late\n')
    const still = second.containers(POD.uid).find((c) => c.id === running.id)
    assert.equal(still?.state.kind, 'running')
  })

  it('reads the termination message from its file, or from the log', async () => {
    const runtime = await start()
    const command = ['sh', '-c', 'printf "last words" > "$NAVARCH_TERMINATION_LOG"; exit 1']
    assert.equal((await runToEnd(runtime, { command })).message, 'last words')
    const noisy = ['sh', '-c', 'echo boom; exit 1']
    const state = await runToEnd(runtime, { command: noisy, attempt: 1, fallbackToLogs: true })
    assert.equal(state.message, 'boom\n')
  })

  describe('attaching', () => {
    /** What an attached client has seen so far, and what it can do. */
    async function attach(runtime: ProcessRuntime, id: string, stdin = true) {
      const live = await runtime.attach(id, { stdin, signal: new AbortController().signal })
      let text = ''
      const done = (async () => {
        for await (const part of live.stdout) text += Buffer.from(part).toString()
      })()
      const sees = (pattern: RegExp) =>
        until(`${pattern} in the output`, () => (pattern.test(text) ? true : undefined))
      return { live, done, sees, write: (line: string) => live.write(Buffer.from(line)) }
    }

    const ending = (runtime: ProcessRuntime) =>
      until('its end', () => {
        const [state] = runtime.containers(POD.uid).map((each) => each.state)
        return state?.kind === 'exited' ? state : undefined
      })

    it('shows half lines, and feeds a standard input that outlives clients and agents', async () => {
      const runtime = await start()
      await runtime.ensureSandbox(POD, { hostNetwork: false })
      const script = 'while read -r line; do printf "got $line, next? "; done; echo over; exit 3'
      const stdin = { once: false }
      const made = await runtime.startContainer(
        POD,
        config({ command: ['sh', '-c', script], stdin }),
      )
      const first = await attach(runtime, made.id)
      await first.write('one\n')
      await first.sees(/got one, next\? $/)
      first.live.endInput()
      first.live.kill()
      await first.done
      await runtime.close()
      open.splice(0)
      const second = await start()
      const again = await attach(second, made.id)
      await again.write('two\n')
      await again.sees(/^got two, next\? $/)
      assert.equal(second.containers(POD.uid)[0]?.state.kind, 'running')
      again.live.kill()
    })

    it('ends an input that is for one client with it', async () => {
      const runtime = await start()
      await runtime.ensureSandbox(POD, { hostNetwork: false })
      const command = ['sh', '-c', 'cat; exit 3']
      const made = await runtime.startContainer(POD, config({ command, stdin: { once: true } }))
      const client = await attach(runtime, made.id)
      await client.write('words')
      await client.sees(/words/)
      client.live.endInput()
      await client.done
      assert.equal((await ending(runtime)).exitCode, 3)
    })

    it('runs a container on a terminal of the size of its client', async function () {
      if (!findProgram('script')) skipWithout(this, 'script is not installed')
      const runtime = await start()
      await runtime.ensureSandbox(POD, { hostNetwork: false })
      const script = 'tty; while read -r line; do [ "$line" = exit ] && exit 4; stty size; done'
      const streams = { stdin: { once: true }, tty: true }
      const made = await runtime.startContainer(
        POD,
        config({ command: ['sh', '-c', script], ...streams }),
      )
      const client = await attach(runtime, made.id)
      await client.live.resize({ width: 101, height: 33 })
      await client.write('size\n')
      await client.sees(/33 101/)
      await client.write('exit\n')
      await client.done
      client.live.kill()
      assert.equal((await ending(runtime)).exitCode, 4)
      const log: string[] = []
      const want = { follow: false, timestamps: false, signal: new AbortController().signal }
      for await (const part of runtime.logs(made.id, want)) log.push(Buffer.from(part).toString())
      // A terminal shows what is typed, too, which may come first.
      assert.match(log.join(''), /^\/dev\/pts\/\d+/m)
    })

    it('refuses input to a container that takes none', async () => {
      const runtime = await start()
      await runtime.ensureSandbox(POD, { hostNetwork: false })
      const made = await runtime.startContainer(POD, config())
      await assert.rejects(attach(runtime, made.id), /has no standard input/)
      const watching = await attach(runtime, made.id, false)
      watching.live.kill()
      await watching.done
    })
  })

  it('has its termination message where Kubernetes says, and the usual devices', async function () {
    const isRoot = process.getuid?.() === 0
    const runtime = await start(isRoot ? 'root' : 'user-namespace')
    const volume = join(folder, 'volume')
    await fs.mkdir(volume)
    const mounts = [{ name: 'v', mountPath: '/data', hostPath: volume, readOnly: false }]
    const script =
      'test -c /dev/null && test "$(head -c 3 /dev/zero | wc -c)" = 3 && test -c /dev/urandom && ' +
      'test -e /dev/pts/ptmx && echo seen >> /dev/stdout && ' +
      `printf '${folder}' > /dev/termination-log; exit 5`
    const state = await runToEnd(runtime, { command: ['sh', '-c', script], mounts })
    const log = await logsOf(runtime)
    if (log.includes('Operation not permitted')) skipOnThisKernel(this, NO_MOUNTS)
    assert.equal(state.message, folder, log)
    assert.equal(state.exitCode, 5)
    assert.match(log, /seen/)
    // The host's own `/dev` has nothing of it.
    const outside = await fs.readFile('/dev/termination-log', 'utf8').catch(() => '')
    assert.notEqual(outside, folder)
  })

  it('has a name of its own, and what its image brings', async function () {
    const isRoot = process.getuid?.() === 0
    const runtime = await start(isRoot ? 'root' : 'user-namespace')
    const state = await runToEnd(runtime, {
      image: 'registry:5000/tool:v1',
      command: ['/no-such-tool', '-c', 'uname -n; exit 6'],
      hostname: 'web-1',
    })
    const log = await logsOf(runtime)
    if (log.includes('Operation not permitted')) skipOnThisKernel(this, NO_MOUNTS)
    assert.equal(log, 'web-1\n')
    assert.equal(state.exitCode, 6)
  })

  it('keeps a container from writing beside its volumes', async function () {
    const isRoot = process.getuid?.() === 0
    const runtime = await start(isRoot ? 'root' : 'user-namespace')
    const volume = join(folder, 'volume')
    await fs.mkdir(volume)
    const mounts = [{ name: 'v', mountPath: '/data/in', hostPath: volume, readOnly: false }]
    const script = `for f in /file ${folder}/file /usr/file /data/file /data/in/file; do
      touch $f 2>/dev/null && echo $f; done; echo x > /dev/null && echo end`
    const command = ['sh', '-c', script]
    await runToEnd(runtime, { command, mounts, readOnlyRoot: true })
    const log = await logsOf(runtime)
    if (log.includes('Operation not permitted')) skipOnThisKernel(this, NO_MOUNTS)
    assert.equal(log, '/data/in/file\nend\n')
    await runToEnd(runtime, { command, readOnlyRoot: true, attempt: 1 })
    assert.equal(await logsOf(runtime), 'end\n')
  })

  it('runs commands beside a container, in its mounts', async function () {
    const isRoot = process.getuid?.() === 0
    const runtime = await start(isRoot ? 'root' : 'user-namespace')
    await runtime.ensureSandbox(POD, { hostNetwork: false })
    const volume = join(folder, 'volume')
    await fs.mkdir(volume)
    await fs.writeFile(join(volume, 'file'), 'content')
    const mounts = [{ name: 'v', mountPath: '/no/such/place', hostPath: volume, readOnly: true }]
    const env = { PATH: '/usr/bin:/bin', WORD: 'w' }
    const script = 'echo up; while [ -e /no/such/place/file ]; do sleep 0.05; done; exit 4'
    const command = ['sh', '-c', script]
    const { id } = await runtime.startContainer(POD, config({ command, mounts, env }))
    const first = await until(
      'it is up or has ended',
      async () => (await logsOf(runtime)) || undefined,
    )
    if (first.includes('Operation not permitted')) skipOnThisKernel(this, NO_MOUNTS)
    const ask = ['sh', '-c', 'cat /no/such/place/file; echo " $WORD $PATH"']
    const result = await runtime.exec(id, { command: ask, timeoutMs: 5000 })
    assert.deepEqual(result, { exitCode: 0, output: 'content w /usr/bin:/bin\n', timedOut: false })
    await fs.rm(join(volume, 'file'))
    const state = await until('it has ended', () => {
      const [only] = runtime.containers(POD.uid)
      return only?.state.kind === 'exited' ? only.state : undefined
    })
    assert.equal(state.exitCode, 4)
    return undefined
  })

  for (const mode of ['none', 'root'] as const) {
    it(`runs nothing of a container’s before its user (${mode})`, async function () {
      if (process.getuid?.() !== 0) skipWithout(this, 'only root becomes other users')
      const runtime = await start(mode)
      const marker = join(folder, 'ran')
      const bin = join(folder, 'bin')
      await fs.mkdir(bin)
      for (const tool of ['setpriv', 'chroot', 'chmod', 'chgrp', 'find', 'mount', 'unshare']) {
        const script = `#!/bin/sh\necho ${tool} >> ${marker}\nexit 1\n`
        await fs.writeFile(join(bin, tool), script, { mode: 0o755 })
      }
      await fs.chmod(folder, 0o755)
      const volume = join(folder, 'volume')
      await fs.mkdir(volume)
      const state = await runToEnd(runtime, {
        command: [
          '/bin/sh',
          '-c',
          'echo "$(/usr/bin/id -u) $(/usr/bin/id -G) $PATH $UID"; /usr/bin/env',
        ],
        env: { PATH: bin, 'a.b': 'c', UID: '42', WORD: ' two\n"lines" ' },
        user: { uid: 1234, gid: 2345, groups: [7], fsGroup: 7, noNewPrivileges: true },
        mounts: [{ name: 'v', mountPath: '/v', hostPath: volume, readOnly: false, owned: 'empty' }],
      })
      const text = await logsOf(runtime)
      if (text.includes('Operation not permitted')) skipOnThisKernel(this, NO_MOUNTS)
      assert.equal(state.exitCode, 0, text)
      assert.equal(text.startsWith(`1234 2345 7 ${bin} 42\n`), true, text)
      assert.equal(text.includes('WORD= two\n"lines" \n'), true, text)
      assert.equal(text.includes('NAVARCH_ENV'), false, text)
      assert.equal(await fs.readFile(marker, 'utf8').catch(() => ''), '')
      return undefined
    })
  }

  for (const mode of ['none', 'root', 'user-namespace'] as const) {
    it(`shows volumes to a container (${mode})`, async function () {
      const runtime = await start(mode)
      const volume = join(folder, 'volume')
      await fs.mkdir(volume)
      await fs.writeFile(join(volume, 'file'), 'content')
      const mounts = [
        { name: 'my-data', mountPath: '/no/such/place', hostPath: volume, readOnly: true },
        { name: 'etc', mountPath: '/etc/navarch-test', hostPath: volume, readOnly: false },
        { name: 'same', mountPath: '/etc/navarch-more', hostPath: volume, readOnly: false },
        { name: 'deep', mountPath: '/etc/navarch-deep/in', hostPath: volume, readOnly: false },
      ]
      const script =
        mode === 'none'
          ? 'cat "$NAVARCH_MOUNT_MY_DATA/file" "$NAVARCH_ROOT/etc/navarch-test/file"'
          : 'cat /no/such/place/file /etc/navarch-test/file; touch /no/such/place/x 2>/dev/null && echo writable; test -e /etc/passwd && test -e /etc/navarch-more/file && test -e /etc/navarch-deep/in/file && pwd; echo $A $R'
      const state = await runToEnd(runtime, {
        command: ['sh', '-c', script],
        mounts,
        workingDir: '/',
        env: { PATH: process.env.PATH ?? '', A: 'own', R: 'own' },
      })
      const text = await logsOf(runtime)
      if (mode !== 'none' && text.includes('Operation not permitted')) {
        skipOnThisKernel(this, NO_MOUNTS)
      }
      assert.equal(text, mode === 'none' ? 'contentcontent' : 'contentcontent/\nown own\n')
      assert.equal(state.exitCode, 0)
      assert.equal(await fs.stat('/no').catch(() => undefined), undefined)
      assert.equal(await fs.stat('/etc/navarch-test').catch(() => undefined), undefined)
      return undefined
    })
  }
})
