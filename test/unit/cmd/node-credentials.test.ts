import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Layout, type Topology } from '../../../cluster/index.ts'
import { bootstrapKubeconfig } from '../../../cluster/join.ts'
import { silentLog } from '../../../src/base/index.ts'
import { openCredentials } from '../../../src/cmd/parts/node-credentials.ts'
import { issueAuthority, issueLeaf, systemDisk } from '../../../src/platform/index.ts'

describe('cmd: credentials of a node that joins', () => {
  let root: string
  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), 'node-credentials-'))
  })
  afterEach(() => fs.rm(root, { recursive: true, force: true }))

  it('need nothing of the launcher’s pki: the authority is the bootstrap kubeconfig’s', async () => {
    const validity = { nowMs: Date.now(), days: 1 }
    const authority = issueAuthority({ commonName: 'kubernetes' }, validity)
    const layout = new Layout(root)
    const own = `${layout.dataOf('node-1')}/pki`
    await fs.mkdir(own, { recursive: true })
    const { certPem: caPem } = authority
    const text = bootstrapKubeconfig({ server: 'https://127.0.0.1:1', caPem, token: 'a.b' })
    await fs.writeFile(layout.bootstrapOf('node-1'), text)
    const leaf = { commonName: 'system:node:node-1', usages: ['client'] as const }
    const { certPem, keyPem } = issueLeaf(authority, leaf, validity)
    await fs.writeFile(`${own}/kubelet-client-current.pem`, certPem + keyPem)
    const node = {
      name: 'node-1',
      address: '127.42.0.1',
      kubeletPort: 10250,
      podCidr: '127.42.1.0/24',
      joins: true as const,
    }
    const part = {
      name: 'node-1',
      layout,
      topology: {} as Topology,
      disk: systemDisk(),
      log: silentLog,
      signal: new AbortController().signal,
      flags: new Set<string>(),
    }
    const { client, serving } = await openCredentials(part, node)
    assert.equal(client.options.caPem, caPem)
    assert.equal(client.options.certPem, certPem.trimEnd() + '\n')
    assert.equal(serving.options.caPem, caPem)
    await fs.rm(layout.bootstrapOf('node-1'))
    assert.equal((await openCredentials(part, node)).client.options.caPem, caPem)
  })
})
