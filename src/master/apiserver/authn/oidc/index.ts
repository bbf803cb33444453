export { type OidcOptions, oidcTokens } from './oidc.ts'
