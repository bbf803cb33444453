/** The image `navarch/pause`: does nothing until it is told to end. */
const keepAlive = setInterval(() => {}, 2 ** 30)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => clearInterval(keepAlive))
}
