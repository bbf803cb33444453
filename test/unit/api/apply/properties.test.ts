import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  applyTo,
  FieldSet,
  type JsonObject,
  managedAfterUpdate,
  schemaType,
  singleVersion,
  structType,
  type Writer,
} from '../../../../src/api/index.ts'
import { ObjectMeta } from '../../../../src/api/meta/index.ts'

const apiVersion = 'example.com/v1'
const items = {
  type: 'object',
  properties: { name: { type: 'string' }, v: { type: 'integer' } },
} as const
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        keyed: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items,
        },
        whole: { type: 'array', items: { type: 'integer' } },
      },
    },
  },
} as const
const versions = singleVersion(apiVersion, schemaType(schema, structType(ObjectMeta)))
const empty: JsonObject = { apiVersion, kind: 'Widget', metadata: {} }

function writer(manager: string): Writer {
  const time = '2026-01-01T00:00:00Z'
  const resetFields = new FieldSet()
  return { manager, apiVersion, subresource: '', time, versions, resetFields }
}

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor')
const leaf = fc.oneof(fc.integer(), fc.constantFrom('x', ''), fc.boolean())
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, leaf, fc.array(leaf), fc.dictionary(name, tie('node'))),
})).node
const spec = fc.record(
  {
    free: fc.dictionary(name, tree),
    set: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
    keyed: fc.uniqueArray(fc.record({ name, v: fc.integer() }), { selector: (item) => item.name }),
    whole: fc.array(fc.integer()),
  },
  { requiredKeys: [] },
)
const widget = (of: object): JsonObject => ({
  ...empty,
  metadata: { name: 'w' },
  spec: JSON.parse(JSON.stringify(of)) as object,
})

describe('server-side apply of any configuration', () => {
  const apply = (manager: string, live: JsonObject, config: JsonObject) =>
    applyTo(writer(manager), { live, empty, config, force: true })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(spec, spec, (one, two) => {
        const first = apply('one', empty, widget(one)).object
        const both = apply('two', first, widget(two)).object
        const again = apply('two', both, widget(two))
        assert.equal(again.changed, false)
        assert.deepEqual(again.object, both)
      }),
    )
  })

  it('leaves nothing behind when everything is taken back', () => {
    fc.assert(
      fc.property(spec, (of) => {
        // Nobody owns a list that is empty (structured-merge-diff): it would stay.
        fc.pre(of.set?.length !== 0 && of.keyed?.length !== 0)
        const { spec: _, ...bare } = widget({})
        const { object } = apply('one', apply('one', empty, widget(of)).object, bare)
        assert.equal(object.metadata?.managedFields, undefined)
        assert.equal(object['spec'] ?? undefined, undefined)
      }),
    )
  })

  it('and any update keep a record that says so of the same object', () => {
    fc.assert(
      fc.property(spec, spec, (one, two) => {
        const live = apply('one', empty, widget(one)).object
        const next = widget(two)
        const managedFields = managedAfterUpdate(writer('upd'), { live, next, isNew: false })
        const object = {
          ...next,
          metadata: { ...next.metadata, managedFields: managedFields ?? [] },
        }
        // Whoever now applies what is there owns it all, and takes nothing away.
        const taken = apply('three', object, next)
        assert.equal(taken.changed, false)
      }),
    )
  })
})
