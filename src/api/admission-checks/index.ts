export { defaultPolicyBinding, validateBinding, validateValidatingBinding } from './bindings.ts'
export {
  type ServiceReference,
  validateBundle,
  validateService,
  validateWebhookUrl,
} from './client-config.ts'
export {
  defaultMutatingPolicy,
  mutationStruct,
  mutationType,
  validateMutatingPolicy,
} from './mutations.ts'
export { defaultPolicy, validatePolicy } from './policies.ts'
export { typeCheckPolicy } from './type-checks.ts'
export {
  ADMISSION_TYPES,
  admissionVariables,
  type CelVariables,
  type Compiled,
  compileFor,
  type CompiledVariable,
  compileVariables,
} from './variables.ts'
export { defaultWebhook, validateWebhooks } from './webhooks.ts'
export type { Program } from '../cel/index.ts'
