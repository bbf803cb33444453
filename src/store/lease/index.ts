export { LeaseExpirer } from './expirer.ts'
export { type Lease, LeaseBook } from './lease-book.ts'
export { decodeLease, decodeLeases, encodeLease, encodeLeases, type LeaseRecord } from './record.ts'
