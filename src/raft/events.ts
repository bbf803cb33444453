/** Something noteworthy that the state machine did. Filled in below per kind. */
export type RaftEvent = { readonly kind: string; readonly [field: string]: unknown }
