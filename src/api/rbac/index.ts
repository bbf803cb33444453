export * from './role-binding.ts'
export * from './role.ts'
