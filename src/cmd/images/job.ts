/**
 * The image `navarch/job`: prints a line, works for `$DURATION_MS` (or the first argument in seconds,
 * default 0) and exits with `$EXIT_CODE` (or the second argument, default 0).
 */
const [seconds, code] = process.argv.slice(2)
const durationMs =
  seconds !== undefined ? Number(seconds) * 1000 : Number(process.env.DURATION_MS ?? 0)
const exitCode = Number(code ?? process.env.EXIT_CODE ?? 0)
console.log(`working for ${durationMs} ms, then exiting with ${exitCode}`)
setTimeout(() => {
  console.log('done')
  process.exitCode = exitCode
}, durationMs)
