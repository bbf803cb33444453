export { LeaseExpirer } from './expirer.ts'
export { type Lease, LeaseBook } from './lease-book.ts'
export { decodeLease, encodeLease } from './record.ts'
