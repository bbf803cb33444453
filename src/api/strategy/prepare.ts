import { copyJson } from '../../base/index.ts'
import type { KubeObject } from '../schema/index.ts'
import { semanticEqual } from './equal.ts'

/** An object of the usual shape: what is wanted, and what is. */
export interface SpecStatusObject extends KubeObject {
  spec?: unknown
  status?: unknown
}

/**
 * Preparation of objects with spec and status (the shape that nearly all of upstream's strategies
 * have): clients write spec, the status sub-resource writes status, and `generation` counts the
 * changes of spec.
 */
export const specStatus = {
  prepareForCreate<T extends SpecStatusObject>(object: T): void {
    object.status = {}
    object.metadata.generation = 1
  },

  prepareForUpdate<T extends SpecStatusObject>(object: T, old: T): void {
    object.status = copyOf(old.status)
    keepGeneration(object, old)
    if (!semanticEqual(object.spec, old.spec)) bumpGeneration(object, old)
  },

  prepareForStatusUpdate<T extends SpecStatusObject>(object: T, old: T): void {
    object.spec = copyOf(old.spec)
    keepGeneration(object, old)
  },
}

/** As `specStatus`, for kinds whose changes upstream does not count. */
export const statusApart = {
  prepareForCreate<T extends SpecStatusObject>(object: T): void {
    object.status = {}
  },

  prepareForUpdate<T extends SpecStatusObject>(object: T, old: T): void {
    object.status = copyOf(old.status)
  },

  prepareForStatusUpdate<T extends SpecStatusObject>(object: T, old: T): void {
    object.spec = copyOf(old.spec)
  },
}

/** Preparation of objects without a status: `generation` counts all changes but metadata's. */
export const counted = {
  prepareForCreate(object: KubeObject): void {
    object.metadata.generation = 1
  },

  prepareForUpdate(object: KubeObject, old: KubeObject): void {
    keepGeneration(object, old)
    const { metadata: _, ...now } = object
    const { metadata: __, ...before } = old
    if (!semanticEqual(now, before)) bumpGeneration(object, old)
  },
}

/** A client does not choose the generation. */
export function keepGeneration(object: KubeObject, old: KubeObject): void {
  if (old.metadata.generation === undefined) delete object.metadata.generation
  else object.metadata.generation = old.metadata.generation
}

export function bumpGeneration(object: KubeObject, old: KubeObject): void {
  object.metadata.generation = (old.metadata.generation ?? 0) + 1
}

/** A deep copy: `old` is shared with caches and is never aliased. */
export function copyOf<T>(value: T): T {
  return copyJson(value)
}
