import { hasReason, type Signer } from '../../base/index.ts'
import {
  keyOf,
  type Secret,
  secrets,
  type ServiceAccount,
  serviceAccounts,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
} from './runtime.ts'

const TOKEN_TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'
const CLAIM = 'kubernetes.io/serviceaccount/'

type Call = { signal: AbortSignal }

/**
 * Fills the secrets that people make for a service account's token, which has no end, and removes
 * them with the account. `rootCaPem` goes along, where it is known.
 */
export function serviceAccountTokenController(
  context: ControllerContext,
  { signer, rootCaPem }: { signer: Signer; rootCaPem?: string },
): Controller {
  const held = context.informers.for(secrets)
  const accounts = context.informers.for(serviceAccounts)
  const client = context.client.for(secrets)

  async function reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const secret = held.get(key)
    if (!secret) await forgetSecret(key, call)
    else if (isOfAccount(secret)) await care(secret, call)
    return done
  }

  async function care(secret: Cached<Secret>, call: Call): Promise<void> {
    const account = await accountOf(secret, call)
    const { name, namespace, uid } = secret.metadata
    try {
      if (!account) {
        await client.delete({ name, namespace }, { preconditions: { uid } }, call)
        return
      }
      const filled = fill(secret, { account, signer, ...(rootCaPem && { rootCaPem }) })
      if (filled) await client.update(filled, call)
    } catch (error) {
      // Somebody was faster: its event brings the secret back, if it is still there.
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    }
  }

  /** The account that is meant; what the cache does not have yet is asked for. */
  async function accountOf({ metadata }: Cached<Secret>, call: Call) {
    const name = metadata.annotations?.[NAME] ?? ''
    const wanted = metadata.annotations?.[UID] ?? ''
    const isMeant = (account: { metadata: { uid: string } }) =>
      wanted === '' || account.metadata.uid === wanted
    const at = { name, namespace: metadata.namespace }
    const known = accounts.get(keyOf({ metadata: at }))
    if (known && isMeant(known)) return known
    try {
      const account = await context.client.for(serviceAccounts).get(at, call)
      return isMeant(account) ? account : undefined
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  /** Accounts no longer name a secret that is gone. */
  async function forgetSecret(key: ObjectKey, call: Call): Promise<void> {
    const [namespace = '', name = ''] = key.split('/')
    for (const account of accounts.inNamespace(namespace)) {
      if (!account.secrets?.some((reference) => reference.name === name)) continue
      const changed = draft<ServiceAccount>(account)
      changed.secrets = (changed.secrets ?? []).filter((reference) => reference.name !== name)
      await context.client.for(serviceAccounts).update(changed, call)
    }
  }

  const secretsOf = ({ old, now }: Change<ServiceAccount>) => {
    const { metadata } = (now ?? old) as Cached<ServiceAccount>
    return [...held.inNamespace(metadata.namespace)]
      .filter((secret) => isOfAccount(secret, metadata.name))
      .map(keyOf)
  }
  const ofAccounts = ({ old, now }: Change<Secret>) => {
    const secret = now ?? old
    return secret && isOfAccount(secret) ? [keyOf(secret)] : []
  }
  return {
    name: 'serviceaccount-token-controller',
    sources: [changesOf(held, ofAccounts), changesOf(accounts, secretsOf)],
    reconcile,
  }
}

function isOfAccount({ type, metadata }: Cached<Secret>, account?: string): boolean {
  const name = metadata.annotations?.[NAME] ?? ''
  return type === TOKEN_TYPE && name !== '' && (account === undefined || name === account)
}

/** The secret with all that belongs in it; undefined when it is there. */
function fill(
  secret: Cached<Secret>,
  of: { account: Cached<ServiceAccount>; signer: Signer; rootCaPem?: string },
): Secret | undefined {
  const { account, signer, rootCaPem } = of
  const data: Record<string, string> = { ...secret.data }
  const authority = rootCaPem === undefined ? data['ca.crt'] : base64(rootCaPem)
  if (data['namespace'] && data['token'] && data['ca.crt'] === authority) return undefined
  if (authority !== undefined) data['ca.crt'] = authority
  data['namespace'] ||= base64(secret.metadata.namespace)
  data['token'] ||= base64(tokenOf(account, { secret: secret.metadata.name, signer }))
  const filled = draft<Secret>(secret)
  filled.data = data
  const { name, uid } = account.metadata
  filled.metadata.annotations = { ...filled.metadata.annotations, [NAME]: name, [UID]: uid }
  return filled
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** A token of old: without an end, good while it stands in its secret. */
function tokenOf(
  { metadata }: Cached<ServiceAccount>,
  { secret, signer }: { secret: string; signer: Signer },
): string {
  const { name, namespace, uid } = metadata
  const claims = {
    iss: 'kubernetes/serviceaccount',
    [`${CLAIM}namespace`]: namespace,
    [`${CLAIM}secret.name`]: secret,
    [`${CLAIM}service-account.name`]: name,
    [`${CLAIM}service-account.uid`]: uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: signer.algorithm, kid: signer.keyId })}.${part(claims)}`
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`
}
