import type { FieldWords, Struct } from '../schema/index.ts'

/** The package of a type inside Kubernetes: `core`, `apps`; of what all kinds share, `v1`. */
export function packageOf(struct: Struct<FieldWords>): string {
  const parts = struct.name.split('.')
  const group = parts.at(-3) ?? ''
  return group === 'meta' ? 'v1' : group
}

/** `core.PodSpec` */
export function typeOf(struct: Struct<FieldWords>): string {
  return `${packageOf(struct)}.${kindOf(struct)}`
}

/** The last part of a type's name. */
export function kindOf(struct: Struct<FieldWords>): string {
  return struct.name.slice(struct.name.lastIndexOf('.') + 1)
}
