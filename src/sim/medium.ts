/**
 * What the files and the engines of a machine have in common: the space that they share, with
 * others who are not looked at, and whether it takes what is to be made durable.
 */
export class SimMedium {
  /** Undefined: there is room for everything, and nobody is told how much. */
  readonly totalBytes: number | undefined
  readonly #users: (() => number)[] = []
  #othersBytes = 0
  /** The next sync fails, once, and what was to be synced is lost. May be set at any time. */
  failsNextSync = false
  /** Told of each sync that has failed. */
  onFailure: ((path: string) => void) | undefined

  constructor(options: { totalBytes?: number | undefined } = {}) {
    this.totalBytes = options.totalBytes
  }

  /** Somebody who takes space tells how much when asked. */
  add(usedBytes: () => number): void {
    this.#users.push(usedBytes)
  }

  get freeBytes(): number {
    if (this.totalBytes === undefined) return Infinity
    return Math.max(0, this.totalBytes - this.#othersBytes - this.#ownBytes)
  }

  /** Others take all but so much of what is free. */
  fill(leaveBytes: number): void {
    this.#othersBytes += Math.max(0, this.freeBytes - leaveBytes)
  }

  /** Others give back all that they took. */
  empty(): void {
    this.#othersBytes = 0
  }

  /** Whether this sync fails. */
  takeFailure(path: string): boolean {
    if (!this.failsNextSync) return false
    this.failsNextSync = false
    this.onFailure?.(path)
    return true
  }

  get #ownBytes(): number {
    return this.#users.reduce((sum, used) => sum + used(), 0)
  }
}
