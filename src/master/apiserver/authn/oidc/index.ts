export { type OidcOptions, oidcTokens } from './flags.ts'
export { type Claimed, type Judgement, type JwtIssuer, jwtTokens } from './issuer.ts'
export { USER_TYPE } from './rules.ts'
