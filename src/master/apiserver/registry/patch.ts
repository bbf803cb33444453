import type { Exchange } from '../exchange.ts'
import { statusErrors } from '../status.ts'
import type { Served, Store } from './store.ts'
import type { UpdateRules } from './update.ts'

export async function patchObject(
  _store: Store,
  _exchange: Exchange,
  _rules: UpdateRules,
): Promise<Served> {
  throw statusErrors.unsupportedMediaType('415: Unsupported Media Type', {})
}
