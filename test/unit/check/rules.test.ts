import assert from 'node:assert/strict'
import { checkImports } from '../../../scripts/check/import-table.ts'
import { checkDead, checkTidy } from '../../../scripts/check/tidy.ts'

/** The house rules prove here that they can fail: each fault is planted and must be found. */
describe('house rules', () => {
  const importing = (path: string, specifier: string) =>
    checkImports([{ path, text: `import { x } from '${specifier}'\n` }])

  it('keep the import table', () => {
    assert.equal(importing('src/raft/a.ts', '../store/index.ts').length, 1)
    assert.equal(importing('src/master/scheduler/a.ts', '../controllers/index.ts').length, 1)
    assert.equal(importing('src/node/proxy/a.ts', '../kubelet/index.ts').length, 1)
    assert.equal(importing('src/kv/etcd/a.ts', '../../store/index.ts').length, 1)
    assert.equal(importing('src/master/apiserver/a.ts', '../../kv/memory.ts').length, 1)
    assert.equal(importing('src/client/a.ts', '../api/core/pod.ts').length, 1)
  })

  it('let pass what the table allows', () => {
    assert.deepEqual(importing('src/raft/a.ts', '../base/index.ts'), [])
    assert.deepEqual(importing('src/kv/local/a.ts', '../../store/index.ts'), [])
    assert.deepEqual(importing('src/client/a.ts', '../api/index.ts'), [])
    assert.deepEqual(importing('src/node/node.ts', './kubelet/index.ts'), [])
    assert.deepEqual(importing('src/raft/a.ts', './b.ts'), [])
  })

  it('ban time, chance and I/O outside the platform', () => {
    const faults = (path: string, text: string) => checkTidy({ path, text }).length
    assert.equal(faults('src/raft/a.ts', 'const t = Date.now()\n'), 1)
    assert.equal(faults('src/raft/a.ts', 'const t = new Date()\n'), 1)
    assert.equal(faults('src/raft/a.ts', 'setTimeout(f, 1)\n'), 1)
    assert.equal(faults('src/raft/a.ts', 'Math.random()\n'), 1)
    assert.equal(faults('src/raft/a.ts', "import fs from 'node:fs'\n"), 1)
    assert.equal(faults('src/store/a.ts', "import { Level } from 'level'\n"), 1)
    assert.equal(faults('src/platform/a.ts', 'setTimeout(f, 1)\n'), 0)
    assert.equal(faults('src/raft/a.ts', '// setTimeout(f, 1) is banned\n'), 0)
    assert.equal(faults('src/raft/a.ts', 'new Date(nowMs).toISOString()\n'), 0)
  })

  it('ban long files, long lines and loose ends', () => {
    const faults = (text: string) => checkTidy({ path: 'src/raft/a.ts', text }).length
    assert.equal(faults('x\n'.repeat(502)), 1)
    assert.equal(faults(`${'x'.repeat(101)}\n`), 1)
    assert.equal(faults(`// ${'TO'}${'DO'}: later\n`), 1)
  })

  it('find files that nothing reaches', () => {
    const files = [
      { path: 'src/cmd/main.ts', text: "import { a } from '../raft/a.ts'\n" },
      { path: 'src/raft/a.ts', text: '' },
      { path: 'src/raft/dead.ts', text: '' },
    ]
    assert.deepEqual(
      checkDead(files).map((f) => f.path),
      ['src/raft/dead.ts'],
    )
  })
})
