import { compareElements, type PathElement } from './path-element.ts'

/**
 * A set of paths as a tree: which steps below here are in it, and what is in it below those. A path
 * in the set says nothing of its parents. Only `insert` changes a set; everything else makes a new
 * one, which may share parts.
 */
export class FieldSet {
  readonly members: Set<PathElement>
  readonly children: Map<PathElement, FieldSet>

  constructor(
    members: Set<PathElement> = new Set<PathElement>(),
    children: Map<PathElement, FieldSet> = new Map<PathElement, FieldSet>(),
  ) {
    this.members = members
    this.children = children
  }

  static of(...paths: readonly (readonly PathElement[])[]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  /** The empty path is not kept: nobody owns a whole object. */
  insert(path: readonly PathElement[]): void {
    this.#insertFrom(path, 0)
  }

  #insertFrom(path: readonly PathElement[], index: number): void {
    const element = path[index]
    if (element === undefined) return
    if (index === path.length - 1) {
      this.members.add(element)
      return
    }
    const child = this.children.get(element) ?? new FieldSet()
    this.children.set(element, child)
    child.#insertFrom(path, index + 1)
  }

  has(path: readonly PathElement[]): boolean {
    const [first, ...rest] = path
    if (first === undefined) return false
    if (rest.length === 0) return this.members.has(first)
    return this.children.get(first)?.has(rest) ?? false
  }

  get isEmpty(): boolean {
    if (this.members.size > 0) return false
    for (const child of this.children.values()) if (!child.isEmpty) return false
    return true
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty
  }

  union(other: FieldSet): FieldSet {
    if (isBare(other)) return this
    if (isBare(this)) return other
    const children = new Map(this.children)
    for (const [element, set] of other.children) {
      const own = children.get(element)
      children.set(element, own ? own.union(set) : set)
    }
    return new FieldSet(new Set([...this.members, ...other.members]), children)
  }

  intersection(other: FieldSet): FieldSet {
    const members = [...this.members].filter((element) => other.members.has(element))
    return this.#with(new Set(members), (element, child) => {
      const set = other.children.get(element)
      return set && child.intersection(set)
    })
  }

  difference(other: FieldSet): FieldSet {
    if (isBare(other)) return this
    const members = [...this.members].filter((element) => !other.members.has(element))
    return this.#with(new Set(members), (element, child) => {
      const set = other.children.get(element)
      return set ? child.difference(set) : child
    })
  }

  /** Takes out what is in `other` with everything below it. */
  without(other: FieldSet): FieldSet {
    if (isBare(other)) return this
    const members = [...this.members].filter((element) => !other.members.has(element))
    return this.#with(new Set(members), (element, child) => {
      if (other.members.has(element)) return undefined
      const set = other.children.get(element)
      return set ? child.without(set) : child
    })
  }

  #with(
    members: Set<PathElement>,
    childOf: (element: PathElement, child: FieldSet) => FieldSet | undefined,
  ): FieldSet {
    const children = new Map<PathElement, FieldSet>()
    for (const [element, child] of this.children) {
      const kept = childOf(element, child)
      if (kept && !kept.isEmpty) children.set(element, kept)
    }
    return new FieldSet(members, children)
  }

  /** All paths, parents before what is below them, in upstream's order. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const element of [...this.members].sort(compareElements)) yield [...prefix, element]
    for (const element of [...this.children.keys()].sort(compareElements)) {
      yield* this.children.get(element)?.paths([...prefix, element]) ?? []
    }
  }
}

const isBare = ({ members, children }: FieldSet) => members.size === 0 && children.size === 0
