import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  csiDrivers,
  type Node,
  nodes,
  type PersistentVolume,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Stored,
  volumeAttachments,
} from '../../../src/api/index.ts'
import { isSafeToDetach } from '../../../src/master/controllers/attach-detach-plan.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const DRIVER = 'disks.example.com'
const UNIQUE = `kubernetes.io/csi/${DRIVER}^handle-1`
const MANAGED = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' }

describe('whether a volume may be detached', () => {
  const volume = { name: 'pv', driver: DRIVER, handle: 'handle-1', isShared: false }
  const node = (inUse: string[], ready: string, taints: object[] = []) =>
    ({
      metadata: { name: 'n' },
      spec: { taints },
      status: { volumesInUse: inUse, conditions: [{ type: 'Ready', status: ready }] },
    }) as unknown as Stored<Node>
  const out = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }]
  const cases: [string, Stored<Node> | undefined, number, boolean][] = [
    ['not in use', node([], 'True'), 0, true],
    ['in use', node([UNIQUE], 'True'), 1e9, false],
    ['in use on a silent node', node([UNIQUE], 'Unknown'), 359_999, false],
    [
      'in use on a node that has been silent for six minutes',
      node([UNIQUE], 'Unknown'),
      36e4,
      true,
    ],
    ['in use on a node that is out of service', node([UNIQUE], 'Unknown', out), 0, true],
    ['its node is gone', undefined, 0, true],
  ]
  for (const [what, on, ms, expected] of cases) {
    it(what, () => assert.equal(isSafeToDetach(on, volume, { ms, mostMs: 360_000 }), expected))
  }
})

describe('attaching volumes of CSI drivers, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start()
    cluster.kubelet.paused = true
    for (const name of ['n1', 'n2']) {
      const metadata = { name, annotations: MANAGED }
      await cluster.client.for(nodes).create({ metadata, spec: {}, status: {} })
    }
  })
  afterEach(() => cluster.stop())

  const claimed = async (name = 'data') => {
    const { client } = cluster
    const spec = {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      csi: { driver: DRIVER, volumeHandle: 'handle-1' },
      claimRef: { namespace: 'default', name },
      storageClassName: '',
    }
    const volume = { metadata: { name: 'pv' }, spec, status: {} } as PersistentVolume
    await client.for(persistentVolumes).create(volume)
    await client.for(persistentVolumeClaims).create({
      metadata: { name, namespace: 'default' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: '',
        volumeName: 'pv',
      },
      status: {},
    })
    await eventually('the claim is bound', async () => {
      const { status } = await client
        .for(persistentVolumeClaims)
        .get({ name, namespace: 'default' })
      return status.phase === 'Bound'
    })
  }
  const createPod = (name: string, nodeName: string) =>
    cluster.client.for(pods).create({
      metadata: { name, namespace: 'default' },
      spec: {
        nodeName,
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'c', image: 'x' }],
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
      },
      status: {},
    })
  const deletePod = (name: string) =>
    cluster.client.for(pods).delete({ name, namespace: 'default' }, { gracePeriodSeconds: 0 })
  const attachments = async () => (await cluster.client.for(volumeAttachments).list()).items
  const attachedTo = (name: string) =>
    eventually(`there is an attachment to ${name}`, async () =>
      (await attachments()).some(({ spec }) => spec.nodeName === name),
    )
  const confirm = async () => {
    for (const attachment of await attachments()) {
      await cluster.client
        .for(volumeAttachments)
        .updateStatus({ ...attachment, status: { attached: true } })
    }
  }
  const volumesOf = async (name: string) =>
    (await cluster.client.for(nodes).get({ name })).status.volumesAttached
  const setInUse = (name: string, volumesInUse: string[]) => {
    const patch = {
      type: 'merge',
      body: { status: { volumesInUse } },
      subresource: 'status',
    } as const
    return cluster.client.for(nodes).patch({ name }, patch)
  }
  const messages = async (pod: string) => {
    const list = (await cluster.client.request({
      method: 'GET',
      path: '/api/v1/namespaces/default/events',
    })) as { items: { involvedObject: { name: string }; message: string }[] }
    return list.items.filter((e) => e.involvedObject.name === pod).map((e) => e.message)
  }

  it('makes an attachment, tells the node, and detaches once the volume is not in use', async () => {
    await claimed()
    await createPod('first', 'n1')
    await attachedTo('n1')
    const [attachment] = await attachments()
    const hash = createHash('sha256').update(`handle-1${DRIVER}n1`).digest('hex')
    assert.equal(attachment?.metadata.name, `csi-${hash}`)
    assert.deepEqual(attachment?.spec, {
      attacher: DRIVER,
      nodeName: 'n1',
      source: { persistentVolumeName: 'pv' },
    })
    assert.equal(await volumesOf('n1'), undefined)
    await confirm()
    await eventually('the node lists it', async () => (await volumesOf('n1'))?.length === 1)
    assert.deepEqual(await volumesOf('n1'), [{ name: UNIQUE, devicePath: '' }])
    await eventually('the pod is told', async () =>
      (await messages('first')).includes('AttachVolume.Attach succeeded for volume "pv" '),
    )
    await setInUse('n1', [UNIQUE])
    await deletePod('first')
    await cluster.quiet()
    assert.equal((await attachments()).length, 1)
    await setInUse('n1', [])
    await eventually('it is detached', async () => (await attachments()).length === 0)
    assert.equal(await volumesOf('n1'), undefined)
  })

  it('has a volume for one writer at one node at a time', async () => {
    await claimed()
    await createPod('first', 'n1')
    await attachedTo('n1')
    await confirm()
    await setInUse('n1', [UNIQUE])
    await createPod('second', 'n2')
    await eventually('the second pod is told', async () =>
      (await messages('second')).includes(
        'Multi-Attach error for volume "pv" Volume is already used by pod(s) first',
      ),
    )
    assert.equal((await attachments()).length, 1)
    await deletePod('first')
    const key = 'node.kubernetes.io/out-of-service'
    const body = { spec: { taints: [{ key, value: 'shutdown', effect: 'NoExecute' }] } }
    await cluster.client.for(nodes).patch({ name: 'n1' }, { type: 'merge', body })
    await attachedTo('n2')
  })

  it('attaches nothing for drivers that need no attaching', async () => {
    const spec = { attachRequired: false }
    await cluster.client.for(csiDrivers).create({ metadata: { name: DRIVER }, spec })
    await claimed()
    await createPod('first', 'n1')
    await cluster.quiet()
    assert.deepEqual(await attachments(), [])
  })

  it('detaches from a node that is gone', async () => {
    await claimed()
    await createPod('first', 'n1')
    await attachedTo('n1')
    await confirm()
    await setInUse('n1', [UNIQUE])
    await cluster.client.for(nodes).delete({ name: 'n1' })
    const [attachment] = await attachments()
    const at = { name: attachment?.metadata.name ?? '' }
    await eventually('the attachment is gone', () =>
      isGone(cluster.client.for(volumeAttachments).get(at)),
    )
  })
})
