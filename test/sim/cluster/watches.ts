import type { HttpHandler } from '../../../src/base/index.ts'
import type { SeededRandom, SimClock } from '../../../src/sim/index.ts'

/** Chance that a watch stands still before it hands out what came, and for how long at most. */
const STALL_RATE = 0.05
const STALL_MS_MAX = 400

/**
 * The way of controllers to their API, where watches are behind what was written: whoever acts on
 * a cache alone does things twice.
 */
export function latecomer(
  api: HttpHandler,
  { clock, random }: { clock: SimClock; random: SeededRandom },
): HttpHandler {
  async function* late(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (random.chance(STALL_RATE)) await clock.wait(random.between(0, STALL_MS_MAX))
      yield chunk
    }
  }
  return async (request) => {
    const response = await api(request)
    const { body } = response
    if (body === undefined || body instanceof Uint8Array) return response
    return { ...response, body: late(body) }
  }
}
