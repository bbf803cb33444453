import { isMap } from './apply-type.ts'
import type { JsonObject } from './field-manager.ts'

/** Where kubectl's own apply keeps what it last applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Annotations of an object may be this long in all (apimachinery `TotalAnnotationSizeLimitB`). */
const ANNOTATIONS_BYTES_MAX = 256 * 1024

export function lastAppliedOf(object: JsonObject): JsonObject | undefined {
  const text = object.metadata?.annotations?.[LAST_APPLIED]
  if (!text) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isMap(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Keeps the annotation up to date where there is one, so that old kubectls can go on. */
export function withLastApplied(object: JsonObject, config: JsonObject): void {
  const annotations = object.metadata?.annotations
  if (!annotations?.[LAST_APPLIED]) return
  const text = `${JSON.stringify(sorted(withoutLastApplied(config)))}\n`
  const next: Record<string, string> = { ...annotations, [LAST_APPLIED]: text }
  const bytes = Object.entries(next).reduce(
    (sum, [k, v]) => sum + Buffer.byteLength(k) + Buffer.byteLength(v),
    0,
  )
  // Too long to be stored: without it, as upstream.
  if (bytes > ANNOTATIONS_BYTES_MAX) delete next[LAST_APPLIED]
  object.metadata = { ...object.metadata, annotations: next }
}

function withoutLastApplied(config: JsonObject): JsonObject {
  const { metadata } = config
  if (!metadata?.annotations) return config
  const { [LAST_APPLIED]: _, ...annotations } = metadata.annotations
  return { ...config, metadata: { ...metadata, annotations } }
}

// Go writes maps in the order of their keys.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isMap(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([k, v]) => [k, sorted(v)]))
}
