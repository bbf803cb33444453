export { admissionChain } from './chain.ts'
export { lookupIn } from './lookup.ts'
