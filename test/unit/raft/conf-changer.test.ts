import assert from 'node:assert/strict'
import { ConfChanger, restoreMembership } from '../../../src/raft/conf-changer.ts'
import { ConfChangeError, type ConfChangeSingle } from '../../../src/raft/index.ts'
import { Membership } from '../../../src/raft/membership.ts'
import { type Directive, readVectors, requireVectors, vectorFiles } from './support/datadriven.ts'
import { groupText, liveProgressText, parseChanges } from './support/describe.ts'

const BOUNDS = { messagesMax: 10, bytesMax: Number.MAX_SAFE_INTEGER }

describe('raft: published configuration change vectors', () => {
  before(function () {
    requireVectors(this)
  })

  it('finds the vectors', () => {
    assert.equal(vectorFiles('confchange').length, 9)
  })

  for (const file of vectorFiles('confchange')) {
    it(file, () => {
      const membership = new Membership(BOUNDS)
      for (const [lastIndex, directive] of readVectors('confchange', file).entries()) {
        const actual = run(membership, directive, lastIndex)
        assert.equal(actual, directive.expected, `${file}:${directive.line}`)
        assertRestores(membership)
      }
    })
  }
})

function run(membership: Membership, d: Directive, lastIndex: number): string {
  const changer = new ConfChanger(membership, lastIndex)
  const change = (changes: readonly ConfChangeSingle[]) => {
    if (d.command === 'simple') return changer.simple(changes)
    if (d.command === 'leave-joint') return changer.leaveJoint()
    return changer.enterJoint(d.options.get('autoleave')?.[0] === 'true', changes)
  }
  try {
    const { config, progress } = change(parseChanges(d.input))
    membership.switchTo(config, progress)
  } catch (error) {
    if (error instanceof ConfChangeError) return error.message
    throw error
  }
  const lines = [...membership.progress].map(([id, p]) => `${id}: ${liveProgressText(p)}`)
  return [groupText(membership.config), ...lines].join('\n')
}

/** What a snapshot says of a configuration builds the same one again. */
function assertRestores(membership: Membership): void {
  const restored = new Membership(BOUNDS)
  restoreMembership(restored, membership.confState(), 1)
  assert.deepEqual(restored.confState(), membership.confState())
  assert.deepEqual([...restored.progress.keys()], [...membership.progress.keys()])
}
