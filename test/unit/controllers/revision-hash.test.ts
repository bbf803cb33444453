import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { PodTemplateSpec } from '../../../src/api/index.ts'
import {
  revisionHash,
  safeEncode,
  templateHash,
} from '../../../src/master/controllers/revision-hash.ts'

/** Lines of `[hash, template]`: names that kube-controller-manager 1.32 gave to ReplicaSets. */
const KNOWN = readFileSync(new URL('template-hashes.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as [hash: string, template: PodTemplateSpec])

describe('hashes of revisions', () => {
  it('encode safely, as the hashes of every Kubernetes cluster look', () => {
    assert.equal(safeEncode('0123456789'), '456789bcdf')
  })

  it('of pod templates are those of Kubernetes', () => {
    assert.ok(KNOWN.length > 40)
    for (const [hash, template] of KNOWN) {
      assert.equal(templateHash(template, undefined), hash, JSON.stringify(template))
    }
  })

  it('hash the template and the collisions, whatever the order of keys', () => {
    const one = { metadata: { labels: { a: '1', b: '2' } }, spec: { containers: [] } }
    const two = { spec: { containers: [] }, metadata: { labels: { b: '2', a: '1' } } }
    assert.equal(templateHash(one, undefined), templateHash(two, undefined))
    assert.notEqual(templateHash(one, undefined), templateHash(one, 0))
    assert.notEqual(templateHash(one, 1), templateHash(one, 2))
  })

  it('of what StatefulSets keep are those of Kubernetes', () => {
    const kept = (app: string) => ({
      spec: {
        template: {
          metadata: { creationTimestamp: null, labels: { app } },
          spec: {
            containers: [
              {
                name: 'main',
                image: 'navarch/web',
                resources: {},
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
                imagePullPolicy: 'Always',
              },
            ],
            restartPolicy: 'Always',
            terminationGracePeriodSeconds: 30,
            dnsPolicy: 'ClusterFirst',
            securityContext: {},
            schedulerName: 'default-scheduler',
          },
          $patch: 'replace',
        },
      },
    })
    assert.equal(revisionHash(kept('db'), 0), '76fd7d97cb')
    assert.equal(revisionHash(kept('dbpar'), 0), '78698fb695')
  })
})
