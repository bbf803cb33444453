import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  LINE_BYTES_MAX,
  LOG_FILES_MAX,
  toCriLines,
} from '../../../src/node/kubelet/runtime/process/log-files.ts'
import { LogPump } from '../../../src/node/kubelet/runtime/process/log-pump.ts'
import { readLog } from '../../../src/node/kubelet/runtime/process/log-reader.ts'
import type { LogOptions } from '../../../src/node/kubelet/runtime/types.ts'
import { systemClock, systemDisk } from '../../../src/platform/index.ts'

const MIB = 1024 * 1024
const disk = systemDisk()

describe('container log', () => {
  let folder: string
  let pauses: number
  const open: LogPump[] = []

  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'navarch-log-'))
    pauses = 0
  })
  afterEach(async () => {
    for (const pump of open.splice(0)) await pump.close()
    await fs.rm(folder, { recursive: true, force: true })
  })

  function pump(): LogPump {
    const whilePaused = (work: () => Promise<void>) => {
      pauses++
      return work()
    }
    const made = new LogPump({ disk, clock: systemClock, folder, whilePaused })
    open.push(made)
    return made
  }

  const write = (text: string) => fs.appendFile(join(folder, 'spool'), text)

  async function read(want: Partial<LogOptions> = {}): Promise<string> {
    const parts: Uint8Array[] = []
    const signal = new AbortController().signal
    const options = { follow: false, timestamps: false, ...want, signal }
    const source = { disk, folder, pump: undefined, isOver: () => true }
    for await (const part of readLog(source, options)) parts.push(part)
    return Buffer.concat(parts).toString()
  }

  it('keeps a half line until its end comes', async () => {
    const one = pump()
    await write('one\ntw')
    await one.pump()
    assert.equal(await read(), 'one\n')
    await write('o\nthree')
    await one.pump()
    assert.equal(await read(), 'one\ntwo\n')
    await one.pump({ flush: true })
    assert.equal(await read(), 'one\ntwo\nthree')
  })

  it('neither loses nor repeats a line when the agent is killed', async () => {
    const first = pump()
    await write('one\n')
    await first.pump()
    await first.close()
    // Killed between writing a line and noting that it was written.
    await fs.appendFile(join(folder, 'log'), '2026-01-01T00:00:00.000000000Z stdout F two\n')
    await write('two\nthree\n')
    await pump().pump()
    assert.equal(await read(), 'one\ntwo\nthree\n')
  })

  it('rotates, empties the spool, and finds the last lines', async function () {
    this.timeout(30_000)
    const one = pump()
    const line = `${'x'.repeat(1000)}\n`
    let count = 0
    for (let mib = 0; mib < 70; mib += 7) {
      let block = ''
      while (block.length < 7 * MIB) block += `${count++} ${line}`
      await write(block)
      await one.pump()
    }
    assert.ok(pauses > 0, 'the container was held still')
    assert.ok((await fs.stat(join(folder, 'spool'))).size <= 21 * MIB)
    const logs = (await fs.readdir(folder)).filter((name) => /^log(\.\d)?$/.test(name))
    assert.equal(logs.length, LOG_FILES_MAX)
    for (const name of logs) {
      assert.ok((await fs.stat(join(folder, name))).size <= 10 * MIB)
    }
    const lines = (await read())
      .split('\n')
      .slice(0, -1)
      .map((l) => Number(l.split(' ')[0]))
    assert.equal(lines.at(-1), count - 1)
    assert.ok(
      lines.every((n, i) => i === 0 || n === (lines[i - 1] ?? 0) + 1),
      'no gap',
    )
    const far = (await read({ tailLines: 15_000 })).split('\n').length - 1
    assert.equal(far, 15_000)
  })

  it('cuts very long lines into parts', () => {
    const raw = Buffer.from(`${'y'.repeat(LINE_BYTES_MAX + 5)}\n`)
    const { lines, consumed } = toCriLines(raw, { time: 'T', flush: false })
    assert.equal(consumed, raw.length)
    const tags = lines.toString().split('\n').slice(0, -1)
    assert.deepEqual(
      tags.map((l) => l.slice(0, 11)),
      ['T stdout P ', 'T stdout F '],
    )
  })
})
