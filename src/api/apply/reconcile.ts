import { type ApplyType, fieldOf, shapeOf, UNTYPED } from './apply-type.ts'
import { FieldSet } from './field-set.ts'

/**
 * A set that was written when the schema was another: who owned parts of what is atomic now owns
 * the whole of it. The same set when nothing of that kind is in it.
 */
export function reconcileFields(type: ApplyType, set: FieldSet): FieldSet {
  const whole: string[][] = []
  visit(type, set, [], whole)
  if (whole.length === 0) return set
  const roots = FieldSet.of(...whole)
  return set.without(roots).union(roots)
}

function visit(type: ApplyType, set: FieldSet, path: readonly string[], whole: string[][]): void {
  if (type === UNTYPED) return
  const shape = shapeOf(type)
  if (shape === 'scalar') return
  const atomic = shape === 'map' ? type.map?.atomic : type.list?.atomic
  if (atomic && path.length > 0) {
    if (!set.isEmpty) whole.push([...path])
    return
  }
  for (const [element, child] of set.children) {
    const below = childType(type, element)
    if (below) visit(below, child, [...path, element], whole)
  }
}

function childType(type: ApplyType, element: string): ApplyType | undefined {
  if (element.startsWith('f:')) return type.map && fieldOf(type.map, element.slice(2))
  return type.list?.item()
}
