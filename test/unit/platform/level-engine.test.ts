import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine, EngineRange } from '../../../src/base/index.ts'
import { levelEngines } from '../../../src/platform/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const put = (key: string, value: string) =>
  ({ type: 'put', key: bytes(key), value: bytes(value) }) as const

async function keys(engine: Engine, range?: EngineRange): Promise<string> {
  let all = ''
  for await (const piece of engine.iterate(range)) {
    for (const [key] of piece) all += Buffer.from(key).toString()
  }
  return all
}

describe('platform: level engine', () => {
  let path: string
  let engine: Engine
  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'navarch-level-'))
    engine = await levelEngines()(path)
    await engine.batch([put('a', '1'), put('b', '2'), put('c', ''), put('d', '4')], { sync: true })
  })
  afterEach(async () => {
    await engine.close()
    rmSync(path, { recursive: true, force: true })
  })

  it('gets synchronously, tells absent from empty', () => {
    assert.equal(Buffer.from(engine.get(bytes('b')) ?? []).toString(), '2')
    assert.equal(engine.get(bytes('c'))?.length, 0)
    assert.equal(engine.get(bytes('x')), undefined)
  })

  it('iterates ranges in both directions, bounded', async () => {
    assert.equal(await keys(engine), 'abcd')
    assert.equal(await keys(engine, { gte: bytes('b'), lt: bytes('d') }), 'bc')
    assert.equal(await keys(engine, { reverse: true, limit: 3 }), 'dcb')
    await engine.clear({ lt: bytes('c') })
    assert.equal(await keys(engine), 'cd')
  })

  it('iterates the state of the moment it starts', async () => {
    const iterator = engine.iterate()[Symbol.asyncIterator]()
    await engine.batch([{ type: 'del', key: bytes('a') }, put('e', '5')])
    const first = await iterator.next()
    assert.equal(Buffer.from(first.value?.[0]?.[0] ?? []).toString(), 'a')
    await iterator.return?.()
    assert.equal(await keys(engine), 'bcde')
  })

  it('keeps its data over a restart and has one owner', async () => {
    await assert.rejects(levelEngines()(path), { code: 'locked' })
    await engine.close()
    engine = await levelEngines()(path)
    assert.equal(await keys(engine), 'abcd')
    await engine.compact()
    assert((await engine.sizeBytes()) > 0)
  })
})
