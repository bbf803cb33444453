export { answer, type AnswerOptions, type DnsAnswer, TTL_SECONDS } from './answer.ts'
export { Dns, DNS_ADDRESS_ANNOTATION, type DnsConfig, type DnsParts, type KeepPort } from './dns.ts'
export { type DnsRecord, type Lookup, Zone } from './zone.ts'
