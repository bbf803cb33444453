import assert from 'node:assert/strict'
import {
  apiVersionOf,
  ApplyConflict,
  applyTo,
  decodeFields,
  deployments,
  encodeFields,
  FieldSet,
  type JsonObject,
  LAST_APPLIED,
  managedAfterUpdate,
  type ManagedFieldsEntry,
  resetFieldsOf,
  type Resource,
  schemaType,
  singleVersion,
  structType,
  toJsonValue,
  type Versions,
  type Writer,
} from '../../../../src/api/index.ts'
import { ObjectMeta } from '../../../../src/api/meta/index.ts'

const APPS = apiVersionOf(deployments)
const emptyOf = (resource: Resource): JsonObject =>
  toJsonValue(resource.struct, { metadata: {} }) as JsonObject

function writer(manager: string, more: Partial<Writer> = {}): Writer {
  const versions = singleVersion(APPS, structType(deployments.struct))
  const resetFields = resetFieldsOf(deployments, '')
  const time = '2026-01-01T00:00:00Z'
  return { manager, apiVersion: APPS, subresource: '', time, versions, resetFields, ...more }
}

function deployment(spec: object, more: object = {}): JsonObject {
  return {
    apiVersion: APPS,
    kind: 'Deployment',
    metadata: { name: 'd', ...more },
    spec,
  } as JsonObject
}

/** By manager: who owns what. */
function owners(object: JsonObject): Record<string, unknown> {
  const entries: readonly ManagedFieldsEntry[] = object.metadata?.managedFields ?? []
  return Object.fromEntries(entries.map((e) => [`${e.manager} ${e.operation}`, e.fieldsV1]))
}

describe('sets of fields', () => {
  it('are written as they were read, in the order of Kubernetes', () => {
    const fields = {
      'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a/b"': {} } },
      'f:spec': {
        'f:ports': {
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
          'k:{"port":8080,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
        },
        'f:replicas': {},
        'f:x': { 'i:3': {} },
      },
    }
    assert.equal(JSON.stringify(encodeFields(decodeFields(fields))), JSON.stringify(fields))
    // Keys in another order are the same item.
    const other = decodeFields({ 'k:{"protocol":"TCP","port":80}': {} })
    assert.ok(other.has(['k:{"port":80,"protocol":"TCP"}']))
  })

  it('refuse what is no path', () => {
    for (const bad of [{ 'x:a': {} }, { f: {} }, { 'k:3': {} }, { 'v:{': {} }, { 'i:x': {} }]) {
      assert.throws(() => decodeFields(bad), JSON.stringify(bad))
    }
  })

  it('do algebra on trees', () => {
    const a = FieldSet.of(['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d'])
    const b = FieldSet.of(['f:a'], ['f:c', 'f:d'])
    assert.deepEqual([...a.difference(b).paths()], [['f:a', 'f:b']])
    assert.deepEqual([...a.intersection(b).paths()], [['f:a'], ['f:c', 'f:d']])
    assert.ok(a.without(b).isEmpty)
    assert.ok(a.difference(b).union(b).equals(a))
  })
})

describe('an update', () => {
  it('owns what it changes, takes it from others, and leaves status to its sub-resource', () => {
    const empty = emptyOf(deployments)
    const live = deployment({ replicas: 1, paused: true })
    const first = managedAfterUpdate(writer('one'), { live: empty, next: live, isNew: true })
    assert.ok(first)
    live.metadata = { ...live.metadata, managedFields: first }
    const next = { ...deployment({ replicas: 2, paused: true }), status: { replicas: 4 } }
    const entries = managedAfterUpdate(writer('two'), { live, next, isNew: false })
    const object = { metadata: { managedFields: entries ?? [] } } as JsonObject
    assert.deepEqual(owners(object), {
      'one Update': { 'f:spec': { 'f:paused': {} } },
      'two Update': { 'f:spec': { 'f:replicas': {} } },
    })
  })

  it('of an object that nobody is noted for notes nobody; [] forgets all', () => {
    const live = deployment({ replicas: 1 })
    const next = deployment({ replicas: 2 })
    assert.equal(managedAfterUpdate(writer('one'), { live, next, isNew: false }), undefined)
    const entries = managedAfterUpdate(writer('one'), {
      live: emptyOf(deployments),
      next,
      isNew: true,
    })
    const known = deployment({ replicas: 2 }, { managedFields: entries })
    const reset = deployment({ replicas: 3 }, { managedFields: [] })
    assert.equal(
      managedAfterUpdate(writer('one'), { live: known, next: reset, isNew: false }),
      undefined,
    )
  })

  it('joins the oldest of more than ten writers', () => {
    let live = emptyOf(deployments)
    for (let i = 0; i < 14; i++) {
      const annotations = { ...live.metadata?.annotations, [`a${i}`]: 'x' }
      const next = deployment({}, { annotations, managedFields: live.metadata?.managedFields })
      const time = `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`
      const managedFields = managedAfterUpdate(writer(`w${i}`, { time }), {
        live,
        next,
        isNew: i === 0,
      })
      live = deployment({}, { annotations, managedFields })
    }
    const names = (live.metadata?.managedFields ?? []).map((entry) => entry.manager)
    assert.equal(names.length, 10)
    assert.equal(names[0], 'ancient-changes')
    const old = owners(live)['ancient-changes Update'] as {
      'f:metadata': { 'f:annotations': object }
    }
    for (const field of ['f:a0', 'f:a4']) assert.ok(field in old['f:metadata']['f:annotations'])
  })
})

describe('an apply', () => {
  const empty = emptyOf(deployments)
  const containers = (...names: string[]) => ({
    template: { spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) } },
  })

  it('takes out what it no longer names, and keeps what others do', () => {
    const of = { live: empty, empty, force: false }
    const config = deployment({ ...containers('a', 'b'), replicas: 2 })
    let { object } = applyTo(writer('one'), { ...of, config })
    const others = deployment(containers('b'))
    const { spec: _, ...bare } = deployment({})
    ;({ object } = applyTo(writer('two'), { ...of, live: object, config: others }))
    ;({ object } = applyTo(writer('one'), { ...of, live: object, config: bare }))
    const spec = object['spec'] as {
      replicas?: number
      template: { spec: { containers: object[] } }
    }
    assert.equal(spec.replicas, undefined)
    assert.deepEqual(spec.template.spec.containers, [{ name: 'b', image: 'b:1' }])
    assert.deepEqual(Object.keys(owners(object)), ['two Apply'])
  })

  it('names managers that conflict by the alphabet, not by when they came', () => {
    const of = { live: empty, empty, force: false }
    let { object } = applyTo(writer('two'), { ...of, config: deployment({ replicas: 1 }) })
    ;({ object } = applyTo(writer('three'), {
      ...of,
      live: object,
      config: deployment({ paused: true }),
    }))
    const config = deployment({ replicas: 2, paused: false })
    assert.throws(() => applyTo(writer('one'), { ...of, live: object, config }), {
      message:
        'Apply failed with 2 conflicts: conflicts with "three":\n- .spec.paused\n' +
        'conflicts with "two":\n- .spec.replicas',
    })
  })

  it('names all conflicts by their managers, and takes the fields when forced', () => {
    const of = { live: empty, empty, force: false }
    const one = applyTo(writer('one'), { ...of, config: deployment({ replicas: 1, paused: true }) })
    const config = deployment({ replicas: 2, paused: false })
    const again = () => applyTo(writer('two'), { ...of, live: one.object, config })
    assert.throws(again, (error: unknown) => {
      assert.ok(error instanceof ApplyConflict)
      const fields = '- .spec.paused\n- .spec.replicas'
      const message = `Apply failed with 2 conflicts: conflicts with "one":\n${fields}`
      assert.equal(error.message, message)
      return true
    })
    const forced = applyTo(writer('two'), { ...of, live: one.object, config, force: true })
    assert.deepEqual(Object.keys(owners(forced.object)), ['two Apply'])
  })

  it('of an object of before the first apply leaves its fields to a manager of that name', () => {
    const live = deployment({ replicas: 3 }, { uid: 'u' })
    const config = deployment({ paused: true })
    const { object } = applyTo(writer('one'), { live, empty, config, force: false })
    assert.deepEqual(owners(object), {
      'one Apply': { 'f:spec': { 'f:paused': {} } },
      'before-first-apply Update': { 'f:spec': { 'f:replicas': {} } },
    })
  })

  it('by kubectl takes over what kubectl applied by itself, and nothing else', () => {
    const last = JSON.stringify(deployment({ replicas: 3 }))
    const annotations = { [LAST_APPLIED]: last }
    const live = deployment({ replicas: 3, paused: true }, { annotations })
    const by = (manager: string) => ({ live: empty, next: live, isNew: true, manager })
    const managedFields = managedAfterUpdate(writer('kubectl-client-side-apply'), by('x'))
    live.metadata = { ...live.metadata, managedFields: managedFields ?? [] }
    const config = deployment({ replicas: 5 })
    const of = { live, empty, config, force: false }
    assert.throws(() => applyTo(writer('other'), of), ApplyConflict)
    const { object } = applyTo(writer('kubectl'), of)
    assert.equal((object['spec'] as { replicas: number }).replicas, 5)
    const kept = object.metadata?.annotations?.[LAST_APPLIED] ?? ''
    assert.equal((JSON.parse(kept) as { spec: { replicas: number } }).spec.replicas, 5)
    const paused = deployment({ replicas: 5, paused: false })
    const message =
      /1 conflict: conflict with "kubectl-client-side-apply" using apps\/v1: .spec.paused/
    assert.throws(() => applyTo(writer('kubectl'), { ...of, config: paused }), message)
  })

  it('notes no time when the object stays as it is', () => {
    const of = { live: empty, empty, force: false, config: deployment({ replicas: 1 }) }
    const { object } = applyTo(writer('one'), of)
    const later = { time: '2027-01-01T00:00:00Z' }
    const again = applyTo(writer('one', later), { ...of, live: object })
    assert.equal(again.changed, false)
    assert.deepEqual(again.object.metadata?.managedFields, object.metadata?.managedFields)
  })

  it('takes names of JavaScript’s own for names like any other', () => {
    const of = { live: empty, empty, force: false }
    const name = 'constructor'
    const labels = { [name]: 'x', toString: 'y' }
    const first = applyTo(writer('one'), { ...of, config: deployment({}, { labels }) })
    const config = deployment({}, { labels: { a: 'b' } })
    const second = applyTo(writer('two'), { ...of, live: first.object, config })
    assert.deepEqual(second.object.metadata?.labels, { ...labels, a: 'b' })
    const left = deployment({}, { labels: { [name]: 'x' } })
    const third = applyTo(writer('one'), { ...of, live: second.object, config: left })
    assert.deepEqual(third.object.metadata?.labels, { [name]: 'x', a: 'b' })
  })

  it('keeps the order of both sides in lists of items', () => {
    const of = { live: empty, empty, force: true }
    let { object } = applyTo(writer('one'), {
      ...of,
      config: deployment(containers('a', 'b', 'c')),
    })
    const config = deployment(containers('c', 'x', 'a', 'y'))
    ;({ object } = applyTo(writer('two'), { ...of, live: object, config }))
    const spec = object['spec'] as { template: { spec: { containers: { name: string }[] } } }
    const names = spec.template.spec.containers.map((c) => c.name)
    assert.deepEqual(names, ['b', 'c', 'x', 'a', 'y'])
  })
})

describe('an apply of a custom resource', () => {
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          size: { type: 'integer' },
          tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
          ports: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['port', 'protocol'],
            items: {
              type: 'object',
              properties: {
                port: { type: 'integer' },
                protocol: { type: 'string', default: 'TCP' },
                name: { type: 'string' },
              },
            },
          },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          one: {
            type: 'object',
            'x-kubernetes-map-type': 'atomic',
            additionalProperties: { type: 'string' },
          },
        },
      },
    },
  } as const
  const apiVersion = 'example.com/v1'
  const type = schemaType(schema, structType(ObjectMeta))
  const empty: JsonObject = { apiVersion, kind: 'Widget', metadata: {} }
  const widget = (spec: object): JsonObject => ({ ...empty, metadata: { name: 'w' }, spec })
  const by = (manager: string, versions: Versions = singleVersion(apiVersion, type)) =>
    writer(manager, { apiVersion, versions, resetFields: new FieldSet() })

  it('merges sets, keyed lists with defaulted keys, and open fields; atomic ones are replaced', () => {
    const of = { live: empty, empty, force: true }
    const config = widget({
      tags: ['a'],
      ports: [{ port: 1, name: 'x' }],
      free: { a: { b: 1 } },
      one: { k: '1' },
    })
    let { object } = applyTo(by('one'), { ...of, config })
    const more = widget({
      tags: ['b'],
      ports: [
        { port: 1, protocol: 'UDP' },
        { port: 1, protocol: 'TCP' },
      ],
      free: { a: { c: 2 } },
      one: { l: '2' },
    })
    ;({ object } = applyTo(by('two'), { ...of, live: object, config: more }))
    assert.deepEqual(object['spec'], {
      tags: ['a', 'b'],
      ports: [
        { port: 1, protocol: 'UDP' },
        { port: 1, name: 'x', protocol: 'TCP' },
      ],
      free: { a: { b: 1, c: 2 } },
      one: { l: '2' },
    })
  })

  it('refuses what the schema does not know, in the words of Kubernetes', () => {
    const of = { live: empty, empty, force: false }
    const message = 'failed to create typed patch object (/w; example.com/v1, Kind=Widget): '
    const cases: [object, string][] = [
      [{ nope: 1 }, '.spec.nope: field not declared in schema'],
      [{ size: 'x' }, '.spec.size: expected numeric (int or float), got string'],
      [{ tags: ['a', 'a'] }, '.spec.tags: duplicate entries for key [="a"]'],
      [{ tags: 'a' }, '.spec.tags: expected list, got &{a}'],
      [{ one: [1] }, '.spec.one: expected map, got &{[1]}'],
    ]
    for (const [spec, text] of cases) {
      assert.throws(() => applyTo(by('one'), { ...of, config: widget(spec) }), {
        message: message + text,
      })
    }
  })

  it('in two versions prunes by what was applied in the other', () => {
    // v2 calls `size` by the name of `length`.
    const second = 'example.com/v2'
    const properties = { spec: { type: 'object', properties: { length: { type: 'integer' } } } }
    const types = new Map([
      [apiVersion, type],
      [second, schemaType({ type: 'object', properties }, structType(ObjectMeta))],
    ])
    const versions: Versions = {
      typeOf: (version) => types.get(version),
      convert: ({ value }, version) => {
        const { spec, ...rest } = value as { spec?: Record<string, unknown> }
        const number = spec?.['size'] ?? spec?.['length']
        const name = version === second ? 'length' : 'size'
        return {
          ...rest,
          apiVersion: version,
          spec: number === undefined ? {} : { [name]: number },
        }
      },
    }
    const of = { empty, force: false }
    const first = applyTo(by('one', versions), { ...of, live: empty, config: widget({ size: 3 }) })
    const live = versions.convert({ apiVersion, value: first.object }, second) as JsonObject
    const writerOfSecond = { ...by('one', versions), apiVersion: second }
    const config = { ...widget({}), apiVersion: second }
    const { object } = applyTo(writerOfSecond, { ...of, live, config })
    assert.equal((object['spec'] as { length?: number } | null)?.length, undefined)
  })

  it('owns as a whole what has become atomic since', () => {
    const open = {
      ...schema,
      properties: {
        spec: {
          type: 'object',
          properties: { one: { type: 'object', additionalProperties: { type: 'string' } } },
        },
      },
    }
    const before = singleVersion(apiVersion, schemaType(open, structType(ObjectMeta)))
    const of = { empty, force: false }
    const first = applyTo(by('one', before), {
      ...of,
      live: empty,
      config: widget({ one: { k: '1' } }),
    })
    assert.deepEqual(owners(first.object)['one Apply'], { 'f:spec': { 'f:one': { 'f:k': {} } } })
    const config = widget({ one: { k: '2' } })
    assert.throws(() => applyTo(by('two'), { ...of, live: first.object, config }), /\.spec\.one$/)
  })
})
