import { type Edit, editScript } from './edit-script.ts'
import { fieldsOf, type GoType, type GoValue, isNil, itemsOf, targetOf } from './value.ts'

/** Two values beside each other, part by part, with counts of what is equal below. */
export class Comparison {
  readonly type: GoType
  readonly parent: Comparison | undefined
  /** Undefined: the other list or map has one more. */
  readonly x: GoValue | undefined
  readonly y: GoValue | undefined
  same = 0
  differing = 0
  children = 0
  depth = 0
  /** Compared by the type's own method. */
  byMethod = 0
  /** What two pointers point to. */
  target: Comparison | undefined
  readonly records: { readonly key: string; readonly at: Comparison }[] = []

  constructor(
    type: GoType,
    pair: { readonly x?: GoValue | undefined; readonly y?: GoValue | undefined },
    parent?: Comparison,
  ) {
    this.type = type
    this.x = pair.x
    this.y = pair.y
    this.parent = parent
    this.#compare(pair.x, pair.y)
  }

  #compare(x: GoValue | undefined, y: GoValue | undefined): void {
    if (x === undefined || y === undefined) return this.#leaf(false)
    if (x.compared !== undefined && y.compared !== undefined) {
      this.byMethod++
      return this.#leaf(x.compared === y.compared)
    }
    switch (this.type.kind) {
      case 'struct':
        return this.#fields(x, y)
      case 'pointer':
      case 'slice':
      case 'map':
        if (isNil(x) || isNil(y)) return this.#leaf(isNil(x) && isNil(y))
        if (this.type.kind === 'slice') return this.#items(itemsOf(x), itemsOf(y))
        if (this.type.kind === 'map') return this.#entries(x, y)
        this.target = this.#below(targetOf(x).type, { x: targetOf(x), y: targetOf(y) })
        return
      default:
        return this.#leaf(x.value === y.value)
    }
  }

  #leaf(isEqual: boolean): void {
    if (isEqual) this.same++
    else this.differing++
  }

  #below(type: GoType, pair: { x?: GoValue | undefined; y?: GoValue | undefined }): Comparison {
    const child = new Comparison(type, pair, this)
    this.same += child.same
    this.differing += child.differing
    this.byMethod += child.byMethod
    this.children += child.children + 1
    this.depth = Math.max(this.depth, child.depth + 1)
    return child
  }

  #fields(x: GoValue, y: GoValue): void {
    const after = new Map(fieldsOf(y).map((field) => [field.name, field.value]))
    const before = new Map(fieldsOf(x).map((field) => [field.name, field.value]))
    const names = before.size >= after.size ? before : after
    for (const key of names.keys()) {
      const pair = { x: before.get(key) ?? after.get(key), y: after.get(key) ?? before.get(key) }
      if (pair.x) this.records.push({ key, at: this.#below(pair.x.type, pair) })
    }
  }

  #entries(x: GoValue, y: GoValue): void {
    const before = new Map(fieldsOf(x).map((field) => [field.name, field.value]))
    const after = new Map(fieldsOf(y).map((field) => [field.name, field.value]))
    for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
      const pair = { x: before.get(name), y: after.get(name) }
      const type = (pair.x ?? pair.y)?.type ?? this.type
      const key = (this.type.stringKeys ? 's' : '') + JSON.stringify(name)
      this.records.push({ key, at: this.#below(type, pair) })
    }
  }

  #items(x: readonly GoValue[], y: readonly GoValue[]): void {
    const type = this.type.element ?? this.type
    const script = editScript(x.length, y.length, (ix, iy) => {
      return new Comparison(type, { x: x[ix], y: y[iy] }, this)
    })
    let [ix, iy] = [0, 0]
    const pairOf = (edit: Edit) => ({
      ...(edit !== 'inserted' && { x: x[ix++] }),
      ...(edit !== 'removed' && { y: y[iy++] }),
    })
    for (const edit of script) {
      this.records.push({ key: '', at: this.#below(type, pairOf(edit)) })
    }
  }
}
