import { accountName, type User } from '../user.ts'
import type { Binding, Subject } from './role-reader.ts'

/** A binding with the first of its subjects that is meant. */
export interface BoundSubject {
  readonly binding: Binding
  readonly subject: Subject
}

interface Entry extends BoundSubject {
  readonly place: number
}

/** Bindings of one namespace (empty: of the cluster) by whom they name. */
export class BindingIndex {
  readonly #users = new Map<string, Entry[]>()
  readonly #groups = new Map<string, Entry[]>()

  constructor(bindings: readonly Binding[], namespace: string) {
    for (const [place, binding] of bindings.entries()) {
      for (const subject of binding.subjects) this.#add(subject, { place, binding }, namespace)
    }
  }

  #add(subject: Subject, at: { place: number; binding: Binding }, namespace: string): void {
    const entry = { ...at, subject }
    switch (subject.kind) {
      case 'User':
        return insert(this.#users, subject.name, entry)
      case 'Group':
        return insert(this.#groups, subject.name, entry)
      case 'ServiceAccount': {
        const of = subject.namespace || namespace
        if (of !== '')
          insert(this.#users, accountName({ namespace: of, name: subject.name }), entry)
      }
    }
  }

  /** What is bound to a user or one of its groups, each binding once, in their order. */
  boundTo(user: User): readonly BoundSubject[] {
    const lists = [this.#users.get(user.name), ...user.groups.map((name) => this.#groups.get(name))]
    const found = lists.flatMap((list) => list ?? [])
    if (found.length < 2) return found
    const ordered = found.toSorted((a, b) => a.place - b.place || positionIn(a) - positionIn(b))
    return ordered.filter(({ binding }, i) => binding !== ordered[i - 1]?.binding)
  }
}

const positionIn = ({ binding, subject }: BoundSubject) => binding.subjects.indexOf(subject)

function insert(map: Map<string, Entry[]>, name: string, entry: Entry): void {
  const list = map.get(name)
  if (list) list.push(entry)
  else map.set(name, [entry])
}
