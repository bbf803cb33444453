import { Eviction } from '../../../api/index.ts'
import { decodeObject } from '../decode.ts'
import { callOf, readObjectBody } from '../exchange.ts'
import { checkDeleteOptions, writeOptions } from '../options.ts'
import { deleteObject } from '../registry/delete.ts'
import { replyStatus } from '../respond.ts'
import { statusErrors, successStatus } from '../status.ts'
import type { Subresource } from './router.ts'

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction', struct: Eviction }

/** `eviction`: a deletion that may be refused to keep enough pods running. */
export const eviction: Subresource = (store) => async (exchange) => {
  if (exchange.at.verb !== 'create') throw statusErrors.methodNotAllowed()
  const { dryRun, fieldValidation } = writeOptions(exchange.query, 'CreateOptions')
  const body = await readObjectBody(exchange.request)
  const decoded = decodeObject(EVICTION, body, { ...exchange, fieldValidation }) as Eviction
  const { name } = exchange.at
  if (decoded.metadata.name !== name) {
    throw statusErrors.badRequest('name in URL does not match name in Eviction object')
  }
  const options = { ...decoded.deleteOptions, ...(dryRun && { dryRun: ['All'] }) }
  checkDeleteOptions(options)
  await deleteObject(store, callOf(exchange, true), { name, options })
  return replyStatus(exchange.accepted, successStatus(undefined, 201), 201)
}
