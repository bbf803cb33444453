import { bcryptHasher, thisThread } from '../platform/index.ts'
import type { PasswordAnswer, PasswordWork } from './parts/password-thread.ts'

/** Hashes passwords on a thread of its own: one takes as long as hundreds of requests. */
const { given, control } = thisThread()
const hasher = bcryptHasher(given as { cost: number })

async function answer({ id, password, hash }: PasswordWork): Promise<PasswordAnswer> {
  if (hash === undefined) return { id, hash: await hasher.hash(password) }
  return { id, matches: await hasher.matches(password, hash) }
}

control.onMessage((message) => {
  if (message === 'stop') process.exit(0)
  void answer(message as PasswordWork).then((done) => control.post(done, []))
})
