/** Children of one signal: the parent has a single listener, however many there are. */
class Family {
  readonly #children = new Set<AbortController>()

  constructor(parent: AbortSignal) {
    const onAbort = () => {
      for (const child of this.#children) child.abort(parent.reason)
      this.#children.clear()
    }
    parent.addEventListener('abort', onAbort, { once: true })
  }

  add(child: AbortController): void {
    this.#children.add(child)
  }

  delete(child: AbortController): void {
    this.#children.delete(child)
  }
}

const families = new WeakMap<AbortSignal, Family>()

export interface ForkedSignal {
  readonly controller: AbortController
  readonly signal: AbortSignal
  /** Forgets the child; its parent no longer aborts it. */
  release(): void
}

/**
 * A signal that aborts with its parent, or by its own controller. Unlike a listener for each use,
 * any number of forks of a long-lived signal costs it one listener. Release when done.
 */
export function forkSignal(parent: AbortSignal | undefined): ForkedSignal {
  const controller = new AbortController()
  const forked = { controller, signal: controller.signal }
  if (!parent) return { ...forked, release: () => {} }
  if (parent.aborted) {
    controller.abort(parent.reason)
    return { ...forked, release: () => {} }
  }
  let family = families.get(parent)
  if (!family) {
    family = new Family(parent)
    families.set(parent, family)
  }
  family.add(controller)
  return { ...forked, release: () => family.delete(controller) }
}
