import assert from 'node:assert/strict'
import { type Pod, pods } from '../../../src/api/index.ts'
import type { DeepReadonly } from '../../../src/base/index.ts'
import { type Informer, type InformerHandler, SplitInformers } from '../../../src/client/index.ts'
import type { Informers } from '../../../src/client/index.ts'

type View = DeepReadonly<Pod>
type Change = Parameters<InformerHandler<Pod>>[0]

/** An informer whose objects the test sets. */
class Source {
  readonly objects = new Map<string, NonNullable<Change['now']>>()
  readonly handlers = new Set<InformerHandler<Pod>>()
  asked = 0
  #valuesOf: (pod: NonNullable<Change['now']>) => readonly string[] = () => []

  readonly informer: Informer<Pod> = {
    resource: pods,
    synced: true,
    whenSynced: () => Promise.resolve(),
    get: (key) => this.objects.get(key),
    list: () => this.objects.values(),
    inNamespace: () => [],
    byIndex: (_index, value) =>
      [...this.objects.values()].filter((object) => this.#valuesOf(object).includes(value)),
    addIndex: (_index, values) => {
      this.#valuesOf = values
    },
    addHandler: (handler) => {
      this.handlers.add(handler)
      return () => this.handlers.delete(handler)
    },
  }

  readonly informers: Informers = {
    for: () => {
      this.asked++
      return this.informer as Informer<never>
    },
    drop: () => {},
    run: () => Promise.resolve(),
  }

  set(name: string, nodeName?: string): void {
    const key = `ns/${name}`
    const old = this.objects.get(key)
    const metadata = {
      name,
      namespace: 'ns',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '',
    }
    const spec = { containers: [], ...(nodeName && { nodeName }) }
    const now = { metadata, spec, status: {} }
    this.objects.set(key, now)
    for (const handler of this.handlers) handler({ old, now })
  }

  delete(name: string): void {
    const old = this.objects.get(`ns/${name}`)
    this.objects.delete(`ns/${name}`)
    for (const handler of this.handlers) handler({ old, now: undefined })
  }
}

function told(informer: Informer<Pod>): { lines: string[]; end: () => void } {
  const lines: string[] = []
  const name = (pod: View | undefined) => pod?.metadata.name ?? '-'
  const end = informer.addHandler(({ old, now }) => lines.push(`${name(old)}>${name(now)}`))
  return { lines, end }
}

describe('split informers', () => {
  it('ask once, and tell each part of its own objects', () => {
    const source = new Source()
    const split = new SplitInformers(source.informers)
    source.set('early', 'n1')
    const [one, two] = ['n1', 'n2'].map((node) =>
      split.for(pods, { fieldSelector: `spec.nodeName=${node}` }),
    )
    assert.ok(one && two)
    assert.equal(source.asked, 1)
    const [first, second] = [told(one), told(two)]
    source.set('a', 'n1')
    source.set('b', 'n2')
    source.set('waiting')
    assert.deepEqual(first.lines, ['->early', '->a'])
    assert.deepEqual(second.lines, ['->b'])
    assert.deepEqual(
      [...one.list()].map(({ metadata }) => metadata.name),
      ['early', 'a'],
    )
    assert.equal(one.get('ns/b'), undefined)
    assert.equal(two.get('ns/b')?.metadata.name, 'b')
  })

  it('tell of an object that moves as gone here and come there', () => {
    const source = new Source()
    const split = new SplitInformers(source.informers)
    const [first, second] = ['n1', 'n2'].map((node) =>
      told(split.for(pods, { fieldSelector: `spec.nodeName=${node}` })),
    )
    source.set('a', 'n1')
    source.set('a', 'n1')
    source.set('a', 'n2')
    first?.end()
    source.set('a', 'n1')
    source.delete('a')
    assert.deepEqual(first?.lines, ['->a', 'a>a', 'a>-'])
    assert.deepEqual(second?.lines, ['->a', 'a>-'])
  })

  it('leave other scopes to the shared informers', () => {
    const source = new Source()
    const split = new SplitInformers(source.informers)
    assert.equal(split.for(pods), source.informer)
    assert.equal(split.for(pods, { fieldSelector: 'spec.nodeName!=n1' }), source.informer)
    assert.equal(
      split.for(pods, { namespace: 'ns', fieldSelector: 'metadata.name=x' }),
      source.informer,
    )
    assert.notEqual(split.for(pods, { fieldSelector: 'metadata.name=x' }), source.informer)
  })
})
