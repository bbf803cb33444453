import type { Clock, Disk, DiskFile, Engine, OpenEngine } from '../../base/index.ts'
import type { Counter, Histogram } from './registry.ts'

interface DiskMetrics {
  readonly clock: Clock
  /** Seconds until what was written to the log is durable. */
  readonly fsync: Histogram
  readonly writtenBytes: Counter
}

/** A disk whose durable writes are timed: those of the write-ahead log. */
export function timedDisk(disk: Disk, metrics: DiskMetrics): Disk {
  const { clock, fsync, writtenBytes } = metrics
  const timed = (file: DiskFile): DiskFile => ({
    read: (offset, length) => file.read(offset, length),
    async write(offset, data) {
      const startMs = clock.monotonicMs()
      await file.write(offset, data)
      fsync.observe((clock.monotonicMs() - startMs) / 1000)
      writtenBytes.add(data.length)
    },
    sync: () => file.sync(),
    truncate: (size) => file.truncate(size),
    size: () => file.size(),
    close: () => file.close(),
  })
  return {
    async open(path, options) {
      const file = await disk.open(path, options)
      return options?.dataSync ? timed(file) : file
    },
    readFile: (path) => disk.readFile(path),
    writeFileAtomic: (path, data, options) => disk.writeFileAtomic(path, data, options),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    mkdir: (path, options) => disk.mkdir(path, options),
    list: (path) => disk.list(path),
    stat: (path) => disk.stat(path),
    syncFolder: (path) => disk.syncFolder(path),
    ...(disk.space && { space: disk.space.bind(disk) }),
    ...(disk.watch && { watch: disk.watch.bind(disk) }),
  }
}

interface EngineMetrics {
  readonly clock: Clock
  readonly commit: Histogram
  readonly defrag: Histogram
  /** Under way. */
  readonly defragmenting: Counter
}

/** Engines whose durable batches and compactions are timed. */
export function timedEngines(open: OpenEngine, metrics: EngineMetrics): OpenEngine {
  const { clock, commit, defrag, defragmenting } = metrics
  const timed = async (histogram: Histogram, work: Promise<void>) => {
    const startMs = clock.monotonicMs()
    await work
    histogram.observe((clock.monotonicMs() - startMs) / 1000)
  }
  return async (path) => {
    const engine = await open(path)
    const wrapped: Engine = {
      get: (key) => engine.get(key),
      batch: (ops, options) =>
        options?.sync ? timed(commit, engine.batch(ops, options)) : engine.batch(ops, options),
      iterate: (range) => engine.iterate(range),
      clear: (range) => engine.clear(range),
      async compact() {
        defragmenting.add(1)
        try {
          await timed(defrag, engine.compact())
        } finally {
          defragmenting.add(-1)
        }
      },
      sizeBytes: () => engine.sizeBytes(),
      close: () => engine.close(),
    }
    return wrapped
  }
}
