import type { DeepReadonly } from '../../base/index.ts'
import { goDump, goJson, PodTemplateSpec } from '../../api/index.ts'

/**
 * The hash of a pod template in names and labels (upstream's `ComputeHash`): FNV-1a, 32 bits, over
 * the template as Go shows it, and the collisions so far.
 */
export function templateHash(
  template: DeepReadonly<PodTemplateSpec>,
  collisionCount: number | undefined,
): string {
  const text = encoder.encode(goDump(PodTemplateSpec, template))
  return safeEncode(String(fnv1a(fnv1a(OFFSET, text), countBytes(collisionCount))))
}

const encoder = new TextEncoder()
const OFFSET = 0x811c9dc5
const PRIME = 0x01000193
const COUNT_BYTES = 8

/** The count in 8 bytes, the lowest first; none at all where nothing was counted. */
function countBytes(count: number | undefined): Uint8Array {
  const bytes = new Uint8Array(count === undefined ? 0 : COUNT_BYTES)
  if (count !== undefined) new DataView(bytes.buffer).setUint32(0, count, true)
  return bytes
}

/** The hash of what a revision keeps (upstream's `HashControllerRevision`): FNV-1 over its JSON. */
export function revisionHash(data: object, collisionCount: number): string {
  return safeEncode(
    String(fnv1(OFFSET, encoder.encode(goJson(sorted(data)) + String(collisionCount)))),
  )
}

function fnv1a(start: number, bytes: Uint8Array): number {
  let hash = start
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME)
  return hash >>> 0
}

function fnv1(start: number, bytes: Uint8Array): number {
  let hash = start
  for (const byte of bytes) hash = Math.imul(hash, PRIME) ^ byte
  return hash >>> 0
}

/** With the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]))
}

// apimachinery `rand.SafeEncodeString`: no vowels, so that no words appear.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

export function safeEncode(text: string): string {
  return Array.from(text, (c) => ALPHABET[c.charCodeAt(0) % ALPHABET.length]).join('')
}
