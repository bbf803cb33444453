import { sleep } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type {
  CallOptions,
  CompactionRequest,
  DeleteRangeRequest,
  DeleteRangeResult,
  Headed,
  PutRequest,
  PutResult,
  RangeRequest,
  RangeResult,
  ResponseHeader,
  TxnRequest,
  TxnResult,
  WatchCreateRequest,
} from '../etcd-api.ts'
import {
  fetch,
  finishRange,
  isReadOnly,
  isSerializable,
  type Located,
  planRange,
  txn,
} from '../mvcc/index.ts'
import { checkAlarms, putBytes, txnBytes } from '../alarms/index.ts'
import { Tag } from '../payload.ts'
import { checkDeleteRange, checkPut, checkRange, checkTxn } from '../requests.ts'
import type { Outcome } from '../commands/index.ts'
import { outcomeOf, type ServiceContext } from './context.ts'

const TXN_OPS_MAX = 128
/** Ranges of more keys let other work have its turn. */
const RANGE_SLICE = 200
/** How long a range reads until then. */
const RANGE_TURN_MS = 5
const SMALLEST_KEY = Uint8Array.of(0)
const PHYSICAL_COMPACTION_POLL_MS = 10

/** etcd's KV service: reads are linearizable unless asked otherwise, writes are replicated. */
export class KeyService {
  readonly #service: ServiceContext
  readonly #txnOpsMax: number

  constructor(service: ServiceContext, options: { txnOpsMax?: number | undefined } = {}) {
    this.#service = service
    this.#txnOpsMax = options.txnOpsMax ?? TXN_OPS_MAX
  }

  async range(request: RangeRequest, options: CallOptions): Promise<Headed<RangeResult>> {
    checkRange(request)
    if (!request.serializable) await this.#service.member.linearize(options)
    const who = options.caller && (await this.#service.identify(options))
    this.#service.admission.range(who, request)
    checkAlarms(this.#service.state.alarms, { grows: false })
    const { mvcc, counts } = this.#service.state
    const { clock } = this.#service
    counts.ranges++
    const plan = planRange(mvcc, request)
    const sliced = plan.found.length > RANGE_SLICE
    // What was found is the index's own, and changes with the keys while others have their turn.
    const found = sliced ? plan.found.map(copyOf) : plan.found
    const kvs = []
    // Values of a revision never change, but compaction must not take them meanwhile.
    const release = sliced ? mvcc.pin() : undefined
    let untilMs = sliced ? clock.monotonicMs() + RANGE_TURN_MS : 0
    try {
      for (const at of found) {
        kvs.push(fetch(mvcc, request, at))
        if (!sliced || kvs.length % RANGE_SLICE !== 0 || clock.monotonicMs() < untilMs) continue
        await sleep(clock, 0, options)
        untilMs = clock.monotonicMs() + RANGE_TURN_MS
      }
    } finally {
      release?.()
    }
    this.#service.admission.still(who)
    return this.#service.headed(finishRange(request, plan, kvs))
  }

  /** As etcd, no key at all is the smallest one. */
  async requireWatch(request: WatchCreateRequest, options: CallOptions): Promise<void> {
    const who = options.caller && (await this.#service.identify(options))
    const key = request.key?.length ? request.key : SMALLEST_KEY
    this.#service.admission.range(who, { key, rangeEnd: request.rangeEnd })
  }

  /** Without a function's own promise: most of what clients ask for. */
  put(request: PutRequest, options: CallOptions): Promise<Headed<PutResult>> {
    try {
      checkPut(request)
      this.#service.takeSpace(putBytes(request))
      const encoded = options.encoded ?? pb.PutRequest.encode(request).finish()
      return this.#service.replicate({ tag: Tag.put, encoded }, options, this.#onPut)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  readonly #onPut = (outcome: Outcome): Headed<PutResult> =>
    this.#service.headed(outcomeOf('put', outcome))

  async deleteRange(
    request: DeleteRangeRequest,
    options: CallOptions,
  ): Promise<Headed<DeleteRangeResult>> {
    checkDeleteRange(request)
    const encoded = options.encoded ?? pb.DeleteRangeRequest.encode(request).finish()
    return this.#service.headed(
      await this.#service.propose('delete-range', Tag.deleteRange, encoded, options),
    )
  }

  async txn(request: TxnRequest, options: CallOptions): Promise<Headed<TxnResult>> {
    checkTxn(request, this.#txnOpsMax)
    if (isReadOnly(request)) {
      if (!isSerializable(request)) await this.#service.member.linearize(options)
      checkAlarms(this.#service.state.alarms, { grows: false })
      const who = options.caller && (await this.#service.identify(options))
      this.#service.admission.txn(who, request)
      return this.#service.headed(txn(this.#service.state.mvcc, request, () => false))
    }
    this.#service.takeSpace(txnBytes(request))
    const encoded = options.encoded ?? pb.TxnRequest.encode(request).finish()
    return await this.#service.replicate({ tag: Tag.txn, encoded }, options, this.#onTxn)
  }

  readonly #onTxn = (outcome: Outcome): Headed<TxnResult> =>
    this.#service.headed(outcomeOf('txn', outcome))

  async compact(
    request: CompactionRequest,
    options: CallOptions,
  ): Promise<{ header: ResponseHeader }> {
    await this.#service.requireAdmin(options)
    const encoded = options.encoded ?? pb.CompactionRequest.encode(request).finish()
    const { revision } = await this.#service.propose('compact', Tag.compact, encoded, options)
    const { state, clock } = this.#service
    while (request.physical && state.mvcc.compacting) {
      await sleep(clock, PHYSICAL_COMPACTION_POLL_MS, options)
    }
    return { header: this.#service.headerAt(revision) }
  }
}

function copyOf({ key, main, sub, created, version }: Located): Located {
  return { key, main, sub, created, version }
}
