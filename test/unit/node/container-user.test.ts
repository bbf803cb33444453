import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configMaps } from '../../../src/api/index.ts'
import { userOf } from '../../../src/node/kubelet/container-user.ts'
import type { ContainerView, PodView } from '../../../src/node/kubelet/pod-words.ts'
import { systemProcesses } from '../../../src/platform/index.ts'
import { detectMountMode } from '../../../src/node/kubelet/runtime/process/mounts.ts'
import { openUp } from '../../../src/node/kubelet/runtime/process/user.ts'
import { skipWithout } from '../../support/peers.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

describe('as whom a container runs', () => {
  const of = (ofPod: object, own: object, ownUid: number | undefined) => {
    const pod = {
      metadata: { name: 'p', namespace: 'ns', uid: 'u' },
      spec: { securityContext: ofPod },
    } as unknown as PodView
    return userOf(pod, { name: 'c', securityContext: own } as ContainerView, ownUid)
  }
  it('as the agent, unless it is asked otherwise and can be had', () => {
    assert.equal(of({}, {}, 0), undefined)
    assert.equal(of({ runAsUser: 7 }, {}, 1000), undefined)
    assert.deepEqual(of({ runAsUser: 7, fsGroup: 9 }, { runAsUser: 8 }, 0), {
      uid: 8,
      gid: 0,
      groups: [9],
      fsGroup: 9,
      noNewPrivileges: false,
    })
  })
  it('not as root where it must not be', () => {
    assert.throws(() => of({ runAsNonRoot: true }, {}, 0), {
      message:
        'container has runAsNonRoot and image will run as root (pod: "p_ns(u)", container: c)',
    })
    assert.throws(() => of({ runAsNonRoot: true }, { runAsUser: 0 }, 1000), {
      message: 'container\'s runAsUser breaks non-root policy (pod: "p_ns(u)", container: c)',
    })
    assert.equal(of({ runAsNonRoot: true }, {}, 1000), undefined)
    assert.equal(of({ runAsNonRoot: true }, { runAsUser: 7 }, 0)?.uid, 7)
    assert.equal(of({ runAsNonRoot: true }, { runAsNonRoot: false }, 0), undefined)
  })
})

describe('containers of users, on a node whose agent is root', () => {
  const ownUid = process.getuid?.()
  let fixture: Fixture
  before(async function () {
    if (ownUid !== 0) skipWithout(this, 'only root starts containers of other users')
    fixture = await Fixture.start()
    const { runtime } = fixture.config('node-1')
    assert(runtime.kind === 'process')
    const mountMode = await detectMountMode(systemProcesses(), { scratch: fixture.folder })
    await fixture.node('node-1', { runtime: { ...runtime, mountMode, ownUid } })
  })
  after(() => fixture?.stop())

  const command = (script: string) => [
    'sh',
    '-c',
    `${script}; trap "exit 0" TERM; while :; do sleep 0.02; done`,
  ]
  const logged = (name: string, line: string) =>
    until(`${name} says ${line}`, async () => {
      const { text } = await fixture.logs(name)
      return text.includes(line) || undefined
    })

  it('are those users, also in commands, and share the volumes of their group', async () => {
    const data = { word: 'hello' }
    const metadata = { name: 'words', namespace: 'default' }
    await fixture.client.for(configMaps).create({ metadata, data })
    const script =
      'echo "I am $(id -u):$(id -g) $(id -G)"; echo x > "$NAVARCH_MOUNT_SHARED/mine"; ' +
      'stat -c "%g %a" "$NAVARCH_MOUNT_SHARED/mine" "$NAVARCH_MOUNT_WORDS/word"; echo $(cat "$NAVARCH_MOUNT_WORDS/word")'
    await fixture.pod(
      'somebody',
      {
        command: command(script),
        securityContext: { runAsUser: 1234, allowPrivilegeEscalation: false },
        readinessProbe: { exec: { command: ['sh', '-c', 'test "$(id -u)" = 1234'] } },
        volumeMounts: [
          { name: 'shared', mountPath: '/shared' },
          { name: 'words', mountPath: '/words' },
        ],
      },
      {
        securityContext: { runAsGroup: 2345, fsGroup: 3456, supplementalGroups: [4567] },
        terminationGracePeriodSeconds: 2,
        volumes: [
          { name: 'shared', emptyDir: {} },
          { name: 'words', configMap: { name: 'words' } },
        ],
      },
    )
    await logged('somebody', 'I am 1234:2345 2345 3456 4567')
    await logged('somebody', '3456 644')
    await logged('somebody', 'hello')
    await fixture.untilReady('somebody')
  })

  it('that may not be root wait, and say why', async () => {
    const securityContext = { runAsNonRoot: true }
    await fixture.pod('nobody', { command: command(':') }, { securityContext })
    const told = await fixture.untilPod(
      'nobody',
      'waits',
      ({ status }) =>
        status.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    )
    const { message = '' } = told.status.containerStatuses?.[0]?.state?.waiting ?? {}
    assert.match(message, /^container has runAsNonRoot and image will run as root \(pod: "nobody_/)
  })
})

describe('volumes of users', () => {
  const user = { uid: 1, gid: 1, groups: [], noNewPrivileges: false }
  let folder: string
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'navarch-user-'))
    await fs.mkdir(join(folder, 'volume/part'), { recursive: true, mode: 0o755 })
    await fs.mkdir(join(folder, 'other'), { mode: 0o755 })
    await fs.writeFile(join(folder, 'message'), '')
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  const open = (part: string) => {
    const volumePath = join(folder, 'volume')
    const mount = { name: 'v', mountPath: '/v', readOnly: false, owned: 'empty' as const }
    const mounts = [{ ...mount, volumePath, hostPath: join(volumePath, part) }]
    return openUp(user, { mounts, messageFile: join(folder, 'message') }, systemProcesses())
  }
  const modeOf = async (path: string) => (await fs.stat(join(folder, path))).mode & 0o777

  it('are opened in the part that is mounted', async () => {
    await open('part')
    assert.equal(await modeOf('volume/part'), 0o777)
  })

  it('are not left by a link', async () => {
    await fs.symlink('../other', join(folder, 'volume/evil'))
    await assert.rejects(open('evil'), /volumes cannot be shared/)
    assert.equal(await modeOf('other'), 0o755)
  })
})
