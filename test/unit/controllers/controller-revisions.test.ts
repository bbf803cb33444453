import assert from 'node:assert/strict'
import {
  type ControllerRevision,
  controllerRevisions,
  encodeProto,
  type PodTemplateSpec,
} from '../../../src/api/index.ts'
import { planHistory, revisionData } from '../../../src/master/controllers/controller-revisions.ts'

const template = {
  spec: {
    containers: [{ name: 'c', image: 'web:1', command: ['sh', '-c', 'a && b > c'] }],
    restartPolicy: 'Always',
  },
  metadata: { labels: { tier: 'x', app: 'web' } },
} as PodTemplateSpec

describe('what a revision keeps', () => {
  // `json.Marshal` of Go writes the keys of a map in order, and escapes what HTML would read.
  const bytes =
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"web","tier":"x"}},' +
    '"spec":{"containers":[{"command":["sh","-c","a \\u0026\\u0026 b \\u003e c"],' +
    '"image":"web:1","name":"c"}],"restartPolicy":"Always"}}}}'

  it('is on the wire what a controller in Go would write, which compares it so', () => {
    const revision = { metadata: { name: 'web-1' }, data: revisionData(template), revision: 1 }
    const message = Buffer.from(encodeProto(controllerRevisions.struct, revision))
    assert(message.includes(bytes), message.toString())
  })

  it('is known again in whatever order', () => {
    const stored = { metadata: {}, data: JSON.parse(bytes), revision: 3 } as ControllerRevision
    assert.equal(planHistory(template, [stored as never]).kind, 'keep')
  })
})
