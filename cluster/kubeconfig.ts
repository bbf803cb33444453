import { stringify } from 'yaml'
import type { TlsOptions } from '../src/platform/index.ts'

/** A kubeconfig with everything in it. Pure; the text holds a private key. */
export function kubeconfig(options: { server: string; tls: TlsOptions; name: string }): string {
  const { server, tls, name } = options
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  const user = `${name}-admin`
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(tls.caPem) } }],
      contexts: [{ name, context: { cluster: name, user } }],
      users: [
        {
          name: user,
          user: {
            'client-certificate-data': base64(tls.certPem),
            'client-key-data': base64(tls.keyPem),
          },
        },
      ],
      preferences: {},
    },
    { lineWidth: 0 },
  )
}
