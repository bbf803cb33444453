export { Availability } from './availability.ts'
export { ensureLocalServices } from './local-services.ts'
export { aggregationRoute } from './route.ts'
