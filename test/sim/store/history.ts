/** One change of one key, as a watcher sees it. Times are revisions. */
export interface KeyEvent {
  readonly type: 'put' | 'delete'
  readonly key: string
  readonly value: string
  readonly createRevision: number
  readonly version: number
}

/** A key as a read sees it. */
export interface KeyState {
  readonly value: string
  readonly createRevision: number
  readonly modRevision: number
  readonly version: number
}

export type Request =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'list' }
  /** Puts `value` under both keys if `key` was last changed at `ifModRevision`. */
  | {
      readonly kind: 'txn'
      readonly key: string
      readonly ifModRevision: number
      readonly puts: readonly { readonly key: string; readonly value: string }[]
    }

export type Reply =
  | { readonly kind: 'put'; readonly revision: number }
  | { readonly kind: 'delete'; readonly revision: number; readonly deleted: number }
  | {
      readonly kind: 'read'
      readonly revision: number
      readonly keys: ReadonlyMap<string, KeyState>
    }
  | { readonly kind: 'txn'; readonly revision: number; readonly succeeded: boolean }

/** A call of a client. Without a reply nobody knows whether it took effect. */
export interface Operation {
  readonly client: number
  readonly request: Request
  /** Positions in the order of everything that clients did. */
  readonly invokedAt: number
  returnedAt: number
  reply: Reply | undefined
}

/** What clients asked and what they were told, in its order. */
export class History {
  readonly operations: Operation[] = []
  #position = 0

  invoke(client: number, request: Request): Operation {
    const operation: Operation = {
      client,
      request,
      invokedAt: this.#position++,
      returnedAt: Number.POSITIVE_INFINITY,
      reply: undefined,
    }
    this.operations.push(operation)
    return operation
  }

  returned(operation: Operation, reply: Reply): void {
    operation.returnedAt = this.#position++
    operation.reply = reply
  }

  get acknowledged(): number {
    return this.operations.filter((operation) => operation.reply).length
  }
}
