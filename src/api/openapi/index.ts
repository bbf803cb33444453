export {
  openApiV2Document,
  openApiV3Document,
  openApiV3Index,
  openApiV3Key,
  openApiV3Keys,
} from './documents.ts'
