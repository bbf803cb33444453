export { serveGrpcHttp2 } from './server.ts'
