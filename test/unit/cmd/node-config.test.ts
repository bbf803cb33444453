import assert from 'node:assert/strict'
import { containerPath } from '../../../src/cmd/parts/node-config.ts'

describe('cmd: containerPath', () => {
  it('is the usual one, with the folder of node where that is another', () => {
    const usual = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    assert.equal(containerPath('/usr/bin/node'), usual)
    assert.equal(containerPath('/opt/node/bin/node'), `${usual}:/opt/node/bin`)
  })
})
