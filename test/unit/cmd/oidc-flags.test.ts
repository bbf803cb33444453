import assert from 'node:assert/strict'
import { readFlags } from '../../../src/cmd/parts/flags.ts'
import { OIDC_FLAGS, oidcOf } from '../../../src/cmd/parts/oidc-flags.ts'

const read = (...args: string[]) =>
  oidcOf(readFlags(args, OIDC_FLAGS, { repeated: ['oidc-required-claim'] }))
const WHO = ['--oidc-issuer-url=https://issuer', '--oidc-client-id=kubernetes']

describe('cmd: --oidc-…', () => {
  it('none of them: nobody’s tokens; the issuer and the client go together', () => {
    assert.equal(read(), undefined)
    assert.throws(() => read('--oidc-client-id=a'), /must be specified together/)
    assert.throws(() => read('--oidc-groups-claim=a'), /must be specified together/)
    const plain = ['--oidc-issuer-url=http://issuer', '--oidc-client-id=a']
    assert.throws(() => read(...plain), /does not begin with https/)
  })

  it('claims that are required come one by one', () => {
    const options = read(...WHO, '--oidc-required-claim=a=b,c=d', '--oidc-required-claim=e=')
    assert.deepEqual(options?.requiredClaims, { a: 'b,c=d', e: '' })
    assert.deepEqual(options?.signingAlgorithms, ['RS256'])
    assert.throws(() => read(...WHO, '--oidc-required-claim=a'), /claim=value/)
  })
})
