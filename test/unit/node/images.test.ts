import assert from 'node:assert/strict'
import {
  commandLine,
  findImage,
  type ImageCatalog,
  withImageFiles,
} from '../../../src/node/kubelet/runtime/process/images.ts'
import { containerConfig } from './container-config.ts'

describe('programs of the host that stand for images', () => {
  it('are those that the catalog names, whatever every object has', () => {
    const catalog: ImageCatalog = { 'navarch/web': { command: ['web'], args: [] } }
    for (const image of ['constructor', 'toString:v1', '__proto__', 'hasOwnProperty@sha256:1']) {
      assert.equal(findImage(image, catalog, { hasCommand: false }).kind, 'missing', image)
      const config = containerConfig({ image, command: [] })
      assert.deepEqual(commandLine({ ...config, catalog }), [], image)
      assert.equal(withImageFiles(config, catalog), config, image)
    }
    assert.equal(findImage('navarch/web:v1', catalog, { hasCommand: false }).kind, 'present')
  })

  it('bring their files where the pod mounts nothing', () => {
    const files = { '/data/seed': '/a', '/data': '/b', '/data2/seed': '/c', '/etc/x': '/d' }
    const catalog: ImageCatalog = { tool: { command: [], args: [], files } }
    const shown = (mountPath: string) => {
      const mounts = [{ name: 'v', mountPath, hostPath: '/v', readOnly: false }]
      const config = withImageFiles(containerConfig({ image: 'tool', mounts }), catalog)
      return config.mounts.map((mount) => mount.mountPath)
    }
    assert.deepEqual(shown('/data'), ['/data2/seed', '/etc/x', '/data'])
    assert.deepEqual(shown('/data/'), ['/data2/seed', '/etc/x', '/data/'])
    assert.deepEqual(shown('/data/seed/in'), [...Object.keys(files), '/data/seed/in'])
  })
})
