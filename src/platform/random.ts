import { randomBytes, randomUUID } from 'node:crypto'
import { assert, type Random } from '../base/index.ts'

const POOL_BYTES = 4096

/** Randomness of the operating system. Forks share it: they are independent by nature. */
export function systemRandom(): Random {
  let pool = Buffer.alloc(0)
  let used = 0
  const bits53 = (): number => {
    if (used + 8 > pool.length) {
      pool = randomBytes(POOL_BYTES)
      used = 0
    }
    const bits = (pool.readUInt32LE(used) & 0x1fffff) * 2 ** 32 + pool.readUInt32LE(used + 4)
    used += 8
    return bits
  }
  const random: Random = {
    float: () => bits53() / 2 ** 53,
    int(below) {
      assert(Number.isSafeInteger(below) && below > 0, 'int() needs a positive bound')
      // What lies above the last whole multiple would favour the small numbers.
      const limit = 2 ** 53 - (2 ** 53 % below)
      for (;;) {
        const bits = bits53()
        if (bits < limit) return bits % below
      }
    },
    bytes: (length) => new Uint8Array(randomBytes(length)),
    uuid: () => randomUUID(),
    fork: () => random,
  }
  return random
}
