export { type Alarm, AlarmBook, AlarmType } from './alarm-book.ts'
export { checkAlarms, LEASE_BYTES, putBytes, txnBytes } from './guard.ts'
export { DiskRoom } from './disk-room.ts'
export { Quota, QUOTA_BYTES_DEFAULT } from './quota.ts'
