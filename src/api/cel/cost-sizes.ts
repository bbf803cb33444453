import type { Expr } from './ast.ts'
import type { CelType } from './types.ts'

/** How many elements, or units of a text, there are. */
export interface Size {
  readonly min: number
  readonly max: number
}

/** Stands for no bound: the largest number that upstream counts with. */
export const UNBOUNDED = 2 ** 64

export const exactly = (size: number): Size => ({ min: size, max: size })
export const upTo = (max: number): Size => ({ min: 0, max })

export function addSizes(a: Size, b: Size): Size {
  return { min: bounded(a.min + b.min), max: bounded(a.max + b.max) }
}

export function multiplySizes(a: Size, b: Size): Size {
  return { min: bounded(a.min * b.min), max: bounded(a.max * b.max) }
}

/** A cost or a size that did not run over. */
export function bounded(value: number): number {
  return Math.min(value, UNBOUNDED)
}

/** Cost of going over so much, at `factor` for each. */
export function walk({ max }: Size, factor: number): number {
  return bounded(Math.ceil(max * factor))
}

/** Size of what stands in the expression itself. */
export function constSize(expr: Expr): Size | undefined {
  switch (expr.kind) {
    case 'const':
      if (typeof expr.value === 'string') return exactly(Array.from(expr.value).length)
      return exactly(expr.value instanceof Uint8Array ? expr.value.length : 1)
    case 'list':
      return exactly(expr.items.length)
    case 'map':
      return exactly(expr.entries.length)
    default:
      return undefined
  }
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

export function isScalar(type: CelType | undefined): boolean {
  return type !== undefined && SCALARS.has(type.kind)
}

/** What a schema says of a size: nothing of numbers and objects. */
export function sizeOf(type: CelType): number {
  return 'maxSize' in type ? (type.maxSize ?? 0) : 0
}
