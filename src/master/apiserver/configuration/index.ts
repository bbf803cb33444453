export { type AuthenticationConfig, parseAuthentication } from './authentication.ts'
export {
  type AuthorizationConfig,
  type AuthorizerRule,
  parseAuthorization,
} from './authorization.ts'
export { type AdmissionConfig, parseAdmission } from './admission.ts'
