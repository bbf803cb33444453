import assert from 'node:assert/strict'
import fc from 'fast-check'
import { StatusError } from '../../../src/base/index.ts'
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMerge,
  parsePatch,
  PatchError,
  patchKindOf,
  pods,
} from '../../../src/api/index.ts'

describe('JSON merge patches', () => {
  // The examples of RFC 7386, appendix A.
  const examples: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  for (const [target, patch, result] of examples) {
    it(`${JSON.stringify(patch)} on ${JSON.stringify(target)}`, () => {
      assert.deepEqual(applyMergePatch(target, patch), result)
    })
  }

  it('share what they leave alone, and change nothing in place', () => {
    const target = { a: { b: 1 }, c: { d: 2 } }
    const result = applyMergePatch(target, { a: { b: 3 } }) as typeof target
    assert.equal(result.c, target.c)
    assert.deepEqual(target, { a: { b: 1 }, c: { d: 2 } })
  })

  it('once applied change nothing more', () => {
    const json = fc.object({ maxDepth: 3, values: [fc.string(), fc.integer(), fc.constant(null)] })
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = applyMergePatch(target, patch)
        assert.deepEqual(applyMergePatch(once, patch), once)
      }),
      { numRuns: 200 },
    )
  })
})

describe('JSON patches', () => {
  type Operations = Parameters<typeof applyJsonPatch>[1]
  const cases: [string, unknown, Operations, unknown][] = [
    ['add a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['add an item', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['add at the end', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['remove', { a: 1, b: [1, 2] }, [{ op: 'remove', path: '/b/0' }], { a: 1, b: [2] }],
    [
      'replace',
      { a: { b: 1 } },
      [{ op: 'replace', path: '/a/b', value: null }],
      { a: { b: null } },
    ],
    [
      'move',
      { a: { b: 1 }, c: {} },
      [{ op: 'move', from: '/a/b', path: '/c/d' }],
      { a: {}, c: { d: 1 } },
    ],
    ['copy', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    ['test', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
    [
      'escaped names',
      { 'a/b': 1, 'c~d': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/c~0d' },
      ],
      {},
    ],
    ['the whole document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
    ['a negative index', { a: [1, 2] }, [{ op: 'remove', path: '/a/-1' }], { a: [1] }],
    // As beside a kube-apiserver, whose library takes more than RFC 6902 does.
    ['a member that is not there', {}, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
    ['a copy of nothing', {}, [{ op: 'copy', from: '/a', path: '/b' }], { b: null }],
    ['nothing is null', {}, [{ op: 'test', path: '/a', value: null }], {}],
    ['no value is null', { a: 1 }, [{ op: 'add', path: '/a' }], { a: null }],
    [
      'an index with zeros',
      { a: [1, 2] },
      [{ op: 'add', path: '/a/01', value: 3 }],
      { a: [1, 3, 2] },
    ],
    ['what stands before the slash', { a: 1 }, [{ op: 'add', path: 'x/a', value: 2 }], { a: 2 }],
    ['a text as the document', { a: 1 }, [{ op: 'replace', path: '', value: 'x' }], { a: 1 }],
  ]
  for (const [name, target, operations, result] of cases) {
    it(name, () => assert.deepEqual(applyJsonPatch(target, operations), result))
  }

  const refused: Operations = [
    { op: 'remove', path: '/none' },
    { op: 'replace', path: '/a/1', value: 1 },
    { op: 'replace', path: '/none/b', value: 1 },
    { op: 'add', path: '/none/b', value: 1 },
    { op: 'add', path: '/a/9', value: 1 },
    { op: 'add', path: '/a/x', value: 1 },
    { op: 'add', path: '', value: {} },
    { op: 'add', value: 1 },
    { op: 'remove', path: '' },
    { op: 'replace', value: {} },
    { op: 'copy', path: '/b' },
    { op: 'copy', from: '', path: '/b' },
    { op: 'test', path: '/a', value: [2] },
    { op: 'move', from: '/none', path: '/b' },
    { op: 'shout', path: '/a' },
    { op: 'add', path: 'a', value: 1 },
  ]
  for (const operation of refused) {
    it(`refuse ${JSON.stringify(operation)}`, () => {
      assert.throws(() => applyJsonPatch({ a: [1] }, [operation]), PatchError)
    })
  }
})

describe('strategic merge patches', () => {
  const pod = {
    metadata: { name: 'p', finalizers: ['a', 'b'] },
    spec: {
      containers: [
        { name: 'x', image: 'x:1', env: [{ name: 'A', value: '1' }] },
        { name: 'y', image: 'y:1' },
        { name: 'z', image: 'z:1' },
      ],
      tolerations: [{ key: 'k' }],
      nodeSelector: { a: '1' },
    },
  }
  const names = (value: unknown) =>
    (value as typeof pod).spec.containers.map((container) => container.name)
  const merge = (patch: Record<string, unknown>) => applyStrategicMerge(pods.struct, pod, patch)

  it('merge items by their key and keep the order', () => {
    const result = merge({ spec: { containers: [{ name: 'y', image: 'y:2' }] } }) as typeof pod
    assert.deepEqual(names(result), ['x', 'y', 'z'])
    assert.equal(result.spec.containers[1]?.image, 'y:2')
    assert.equal(result.spec.containers[0], pod.spec.containers[0])
  })

  it('replace lists without a key', () => {
    const result = merge({ spec: { tolerations: [{ key: 'n' }] } }) as typeof pod
    assert.deepEqual(result.spec.tolerations, [{ key: 'n' }])
  })

  it('order as told', () => {
    const order = [{ name: 'z' }, { name: 'new' }, { name: 'x' }]
    const containers = [{ name: 'new', image: 'n' }]
    const result = merge({ spec: { '$setElementOrder/containers': order, containers } })
    assert.deepEqual(names(result), ['y', 'z', 'new', 'x'])
  })

  it('delete, replace and drop', () => {
    const remove = { spec: { containers: [{ name: 'y', $patch: 'delete' }] } }
    assert.deepEqual(names(merge(remove)), ['x', 'z'])
    const replace = { spec: { containers: [{ $patch: 'replace' }, { name: 'n' }] } }
    assert.deepEqual(names(merge(replace)), ['n'])
    const keep = { spec: { nodeSelector: { $patch: 'replace', b: '2' } } }
    assert.deepEqual((merge(keep) as typeof pod).spec.nodeSelector, { b: '2' })
    const drop = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }
    assert.deepEqual((merge(drop) as typeof pod).metadata.finalizers, ['b'])
    assert.deepEqual(
      (merge({ spec: { nodeSelector: null } }) as typeof pod).spec.nodeSelector,
      undefined,
    )
  })

  it('leave no directive behind in what is new', () => {
    const volumes = [{ name: 'v', $retainKeys: ['name', 'emptyDir'], emptyDir: { medium: null } }]
    const result = merge({ spec: { volumes } }) as { spec: { volumes: unknown } }
    assert.deepEqual(result.spec.volumes, [{ name: 'v', emptyDir: {} }])
  })
})

describe('patches read from a request', () => {
  const read = (kind: 'json' | 'merge' | 'strategic', text: string) => () =>
    parsePatch(kind, Buffer.from(text))

  it('know their media types', () => {
    assert.equal(patchKindOf('application/merge-patch+json; charset=utf-8'), 'merge')
    assert.equal(patchKindOf('application/json'), undefined)
    assert.equal(patchKindOf('application/MERGE-PATCH+JSON'), undefined)
  })

  it('are refused in the words of the decoder', () => {
    const says = (message: string) => (e: unknown) =>
      e instanceof StatusError && e.code === 400 && e.message === message
    const of = (name: string) =>
      says(
        `error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.${name} of type string`,
      )
    assert.throws(read('json', '[{"op":1}]'), of('op'))
    assert.throws(read('json', '[{"op":"add","path":1}]'), of('path'))
    assert.throws(read('json', '[{"op":"move","from":1}]'), of('from'))
    assert.throws(read('merge', 'null'), says('Invalid JSON Patch'))
    const array = 'json: cannot unmarshal array into Go value of type map[string]interface {}'
    assert.throws(read('strategic', '[]'), says(array))
    const kept = read('strategic', '{"metadata":{"$retainKeys":"a"}}')()
    assert.throws(
      () => kept.apply(pods.struct, { metadata: { name: 'p' } }),
      says('invalid patch format of retainKeys'),
    )
  })

  it('of no steps change nothing', () => {
    assert.deepEqual(read('json', 'null')().apply(pods.struct, { a: 1 }), { a: 1 })
    assert.deepEqual(read('strategic', 'null')().apply(pods.struct, { a: 1 }), { a: 1 })
  })

  it('are bounded and must be patches', () => {
    const many = JSON.stringify(Array.from({ length: 10_001 }, () => ({ op: 'test', path: '' })))
    const isStatus = (code: number) => (e: unknown) => e instanceof StatusError && e.code === code
    assert.throws(read('json', many), isStatus(413))
    assert.throws(read('json', '{}'), isStatus(400))
    assert.throws(read('merge', '[]'), isStatus(400))
    assert.throws(read('strategic', '1'), isStatus(400))
    assert.throws(read('merge', '{"a":'), isStatus(400))
  })
})
