import type { ApplyType } from './apply-type.ts'

/** A JSON value of an object in one version of its API. */
export interface Versioned {
  readonly apiVersion: string
  readonly value: unknown
}

/** The versions in which an object's fields may be named. */
export interface Versions {
  /** Undefined for a version that is not, or no longer, served. */
  typeOf(apiVersion: string): ApplyType | undefined
  /** The same object in another version that has a type. */
  convert(from: Versioned, apiVersion: string): unknown
}

/** One version only. */
export function singleVersion(apiVersion: string, type: ApplyType): Versions {
  return {
    typeOf: (version) => (version === apiVersion ? type : undefined),
    convert: ({ value }) => value,
  }
}

export function inVersion(
  versions: Versions,
  from: Versioned,
  apiVersion: string,
): Versioned | undefined {
  if (from.apiVersion === apiVersion) return from
  if (!versions.typeOf(apiVersion)) return undefined
  return { apiVersion, value: versions.convert(from, apiVersion) }
}
