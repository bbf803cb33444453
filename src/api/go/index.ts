export { goDifference } from './report.ts'
export { goSyntax } from './syntax.ts'
export { goEmbedded, goFieldOf, goQuantityValue, goStruct } from './value.ts'
export { goQuote } from './quote.ts'
