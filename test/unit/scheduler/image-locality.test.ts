import assert from 'node:assert/strict'
import type { NodeView } from '../../../src/master/scheduler/framework/types.ts'
import { makeNode, makePod } from './objects.ts'
import { place } from './place.ts'

const MB = 1024 * 1024

function having(name: string, images: Record<string, number>): NodeView {
  const node = makeNode(name)
  const list = Object.entries(images).map(([image, sizeBytes]) => ({ names: [image], sizeBytes }))
  return { ...node, status: { ...node.status, images: list } }
}

function using(...images: string[]) {
  return makePod('p', { containers: images.map((image, i) => ({ name: `c${i}`, image })) })
}

describe('ImageLocality', () => {
  it('prefers the node that has the image, also without its tag', () => {
    const nodes = [having('a', {}), having('b', { 'registry:5000/db:latest': 2000 * MB })]
    assert.equal(place(using('registry:5000/db'), nodes), 'b')
  })

  it('prefers the larger image', () => {
    const nodes = [
      having('a', { 'one:1': 300 * MB, 'other:1': 1 }),
      having('b', { 'two:1': 900 * MB }),
    ]
    assert.equal(place(using('one:1', 'two:1'), nodes), 'b')
  })

  it('takes small images for nothing', () => {
    const nodes = [having('a', {}), having('b', { 'tiny:1': 22 * MB })]
    const bound = [[makePod('q'), 'b']] as const
    assert.equal(place(using('tiny:1'), nodes, bound), 'a')
  })
})
