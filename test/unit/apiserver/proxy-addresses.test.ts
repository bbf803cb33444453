import assert from 'node:assert/strict'
import { requireProxyable } from '../../../src/master/apiserver/proxy/locations.ts'

describe('addresses that a proxy leads to', () => {
  it('are none of this machine, its link or many', () => {
    const bad = [
      '',
      'localhost',
      'metadata.internal',
      '127.0.0.1',
      '0.0.0.0',
      '169.254.169.254',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '0:0:0:0:0:0:0:1',
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
      'fe80::1',
      'febf::1',
      'ff02::1',
    ]
    for (const address of bad) {
      assert.throws(() => requireProxyable(address), /address not allowed/, address)
    }
  })
  it('are others', () => {
    for (const address of ['10.0.0.1', '127.77.1.9', 'fd00::1', '::ffff:10.0.0.1', '2001:db8::1']) {
      requireProxyable(address)
    }
  })
})
