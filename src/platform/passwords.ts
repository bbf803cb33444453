import { compare, genSalt, hash } from 'bcryptjs'
import type { PasswordHasher } from '../base/index.ts'

/** etcd's `--bcrypt-cost`. */
const COST = 10

/** bcrypt in this thread, one password at a time, in slices that let other work in between. */
export function bcryptHasher(options: { cost?: number } = {}): PasswordHasher {
  const cost = options.cost ?? COST
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  return {
    // The mark of the version that etcd writes; for passwords of 72 bytes at most they are the same.
    hash: (password) =>
      inTurn(async () => await hash(password, (await genSalt(cost)).replace(/^\$2b/, '$2a'))),
    matches: (password, hashed) =>
      inTurn(async () => isBcrypt(hashed) && (await compare(password, hashed))),
  }
}

function isBcrypt(hashed: string): boolean {
  return /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hashed)
}
