import { type Answer, decode, encode, type Packet } from 'dns-packet'
import type { DnsRecord, Zone } from './zone.ts'

/** Seconds that an answer may be kept: pods come and go. */
export const TTL_SECONDS = 5
const UDP_BYTES_DEFAULT = 512
/** What we are ready to send in one datagram (DNS flag day 2020). */
const UDP_BYTES_MAX = 1232

const FLAG_AUTHORITATIVE = 1 << 10
const FLAG_TRUNCATED = 1 << 9
const FLAG_RECURSION_DESIRED = 1 << 8
const FLAG_RECURSION_AVAILABLE = 1 << 7
const RCODE = { noError: 0, formatError: 1, noName: 3, notImplemented: 4, refused: 5 } as const
const HEADER_BYTES = 12
const OPCODE_MASK = 0x7800

export type DnsAnswer =
  | { readonly kind: 'reply'; readonly bytes: Uint8Array }
  /** Not ours: the query may be sent on as it is. */
  | { readonly kind: 'forward' }
  | { readonly kind: 'ignore' }

export interface AnswerOptions {
  readonly overTcp: boolean
  /** Names that are not ours can be looked up elsewhere. */
  readonly canForward: boolean
  /** Rotates lists of addresses, so that clients that take the first spread. */
  readonly turn: number
}

/** Answers one query. Pure. */
export function answer(query: Uint8Array, zone: Zone, options: AnswerOptions): DnsAnswer {
  if (query.length < HEADER_BYTES) return { kind: 'ignore' }
  const bytes = Buffer.from(query.buffer, query.byteOffset, query.byteLength)
  const id = bytes.readUInt16BE(0)
  const rawFlags = bytes.readUInt16BE(2)
  if (rawFlags & 0x8000) return { kind: 'ignore' }
  const flags = rawFlags & FLAG_RECURSION_DESIRED
  const error = (rcode: number): DnsAnswer => ({
    kind: 'reply',
    bytes: encode({ id, type: 'response', flags: flags | rcode }),
  })
  if (rawFlags & OPCODE_MASK) return error(RCODE.notImplemented)
  let packet: Packet
  try {
    packet = decode(bytes)
  } catch {
    return error(RCODE.formatError)
  }
  const question = packet.questions?.length === 1 ? packet.questions[0] : undefined
  if (!question) return error(RCODE.formatError)
  const found = zone.lookup(question.name, question.type)
  if (found.kind === 'elsewhere' && options.canForward) return { kind: 'forward' }
  const available = options.canForward ? FLAG_RECURSION_AVAILABLE : 0
  const opt = packet.additionals?.find((a) => a.type === 'OPT')
  const base: Packet = {
    id,
    type: 'response',
    questions: [question],
    additionals: opt ? [optRecord()] : [],
  }
  if (found.kind === 'elsewhere') {
    return reply({ ...base, flags: flags | available | RCODE.refused }, opt, options)
  }
  const ours = flags | available | FLAG_AUTHORITATIVE
  if (found.kind !== 'records') {
    const rcode = found.kind === 'no-name' ? RCODE.noName : RCODE.noError
    const authorities = [startOfAuthority(zone.domain)]
    return reply({ ...base, flags: ours | rcode, authorities }, opt, options)
  }
  const records = rotate(found.records, options.turn)
  const answers = records.map((record) => toAnswer(question.name, record))
  const additionals = [...(base.additionals ?? []), ...addressesOf(records, zone)]
  return reply({ ...base, flags: ours, answers, additionals }, opt, options)
}

function reply(packet: Packet, opt: Answer | undefined, options: AnswerOptions): DnsAnswer {
  const bytes = encode(packet)
  const offered = opt?.type === 'OPT' ? opt.udpPayloadSize : UDP_BYTES_DEFAULT
  const room = Math.max(UDP_BYTES_DEFAULT, Math.min(offered, UDP_BYTES_MAX))
  if (options.overTcp || bytes.length <= room) return { kind: 'reply', bytes }
  const { answers: _, authorities: __, additionals: ___, ...rest } = packet
  const flags = (packet.flags ?? 0) | FLAG_TRUNCATED
  const additionals = opt ? [optRecord()] : []
  return { kind: 'reply', bytes: encode({ ...rest, flags, additionals }) }
}

function toAnswer(name: string, record: DnsRecord): Answer {
  const base = { name, ttl: TTL_SECONDS, class: 'IN' } as const
  switch (record.type) {
    case 'A':
      return { ...base, type: 'A', data: record.address }
    case 'CNAME':
      return { ...base, type: 'CNAME', data: record.target }
    case 'PTR':
      return { ...base, type: 'PTR', data: record.target }
    case 'TXT':
      return { ...base, type: 'TXT', data: record.text }
    case 'SRV': {
      const { target, port, weight } = record
      return { ...base, type: 'SRV', data: { target, port, weight, priority: 0 } }
    }
  }
}

/** The addresses of SRV targets, to spare clients a second query. */
function addressesOf(records: readonly DnsRecord[], zone: Zone): Answer[] {
  const targets = new Set(records.flatMap((r) => (r.type === 'SRV' ? [r.target] : [])))
  return [...targets].flatMap((target) => {
    const found = zone.lookup(target, 'A')
    return found.kind === 'records' ? found.records.map((r) => toAnswer(target, r)) : []
  })
}

function startOfAuthority(domain: string): Answer {
  return {
    name: domain,
    type: 'SOA',
    ttl: TTL_SECONDS,
    class: 'IN',
    data: {
      mname: `ns.dns.${domain}`,
      rname: `hostmaster.${domain}`,
      serial: 1,
      refresh: 7200,
      retry: 1800,
      expire: 86400,
      minimum: TTL_SECONDS,
    },
  }
}

function optRecord(): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_BYTES_MAX,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  }
}

function rotate<T>(list: readonly T[], turn: number): readonly T[] {
  if (list.length < 2) return list
  const at = turn % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
