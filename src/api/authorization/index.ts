export * from './attributes.ts'
export * from './self-subject-rules-review.ts'
export * from './subject-access-review.ts'
