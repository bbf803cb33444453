import type { Random } from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'
import { stringify } from 'yaml'
import type { Connection } from './connection.ts'

/** As kubeadm's: whoever has a token of it is approved as a node without a hand. */
const TOKEN_GROUP = 'system:bootstrappers:kubeadm:default-node-token'
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 6
const SECRET_LENGTH = 16

/** A new bootstrap token in the cluster (`ab12cd.0123456789abcdef`), good for a while. A secret. */
export async function createToken(
  { connection, random }: { connection: Connection; random: Random },
  options: { ttlMs: number; nowMs: number; description: string; signal: AbortSignal },
): Promise<string> {
  const word = (length: number) =>
    Array.from({ length }, () => ALPHABET[random.int(ALPHABET.length)]).join('')
  const [id, secret] = [word(ID_LENGTH), word(SECRET_LENGTH)]
  const { ttlMs, nowMs, description, signal } = options
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      description,
      'token-id': id,
      'token-secret': secret,
      expiration: new Date(nowMs + ttlMs).toISOString(),
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': TOKEN_GROUP,
    },
  }
  const answer = await connection.api('POST', '/api/v1/namespaces/kube-system/secrets', {
    body,
    signal,
  })
  if (answer.status === 201) return `${id}.${secret}`
  const { message } = answer.body as { message?: string }
  throw new UserError(`no token could be made: ${message ?? answer.status}`)
}

/** The kubeconfig of somebody who has nothing but a token. Pure; the text holds a secret. */
export function bootstrapKubeconfig(of: { server: string; caPem: string; token: string }): string {
  const { server, caPem, token } = of
  const ca = Buffer.from(caPem).toString('base64')
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'bootstrap',
      clusters: [{ name: 'kubernetes', cluster: { server, 'certificate-authority-data': ca } }],
      contexts: [
        { name: 'bootstrap', context: { cluster: 'kubernetes', user: 'kubelet-bootstrap' } },
      ],
      users: [{ name: 'kubelet-bootstrap', user: { token } }],
    },
    { lineWidth: 0 },
  )
}
