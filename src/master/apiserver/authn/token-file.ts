import type { TokenAuthenticator } from './token.ts'
import type { User } from '../user.ts'

/**
 * Tokens of a file (kube-apiserver's `--token-auth-file`): `token,user,uid,"group1,group2"` a line.
 * Throws for a line that says too little.
 */
export function tokenFile(text: string): TokenAuthenticator {
  const users = new Map<string, User>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [token = '', name = '', uid = '', groups = ''] = columnsOf(line)
    if (token === '' || name === '') {
      throw new TypeError(`token file, line ${index + 1}: a token and a user name are needed`)
    }
    const split = groups.split(',').map((group) => group.trim())
    users.set(token, { name, uid, groups: split.filter((group) => group !== '') })
  }
  return {
    authenticate(token) {
      const user = users.get(token)
      return Promise.resolve(user && { user })
    },
  }
}

/** RFC 4180, one line of it. */
function columnsOf(line: string): string[] {
  const columns: string[] = []
  for (const match of line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g)) {
    columns.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').trim())
  }
  return columns
}
