import { existsSync, readdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

/**
 * Bundles the programs into dist/, one file each, so that they start quickly. `level` stays outside:
 * it carries its prebuilt binary. The images are small Node programs that pods run.
 */
const programs: Record<string, string> = {}
for (const name of readdirSync('src/cmd')) {
  if (name.endsWith('.ts')) programs[name.replace(/\.ts$/, '')] = `src/cmd/${name}`
}
// `navarch simulate` is the simulator that `make sim` runs.
programs['simulate'] = 'test/sim/run.ts'
for (const name of readdirSync('src/cmd/images')) {
  programs[`images/${name.replace(/\.ts$/, '')}`] = `src/cmd/images/${name}`
}

const startedMs = Date.now()
if (existsSync('dist')) rmSync('dist', { recursive: true })
await build({
  entryPoints: programs,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['level', 'classic-level'],
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS packages inside an ES module bundle still ask for `require`.
  banner: {
    js: "import { createRequire as navarchRequire } from 'node:module'; const require = navarchRequire(import.meta.url);",
  },
})
console.log(`Built ${Object.keys(programs).length} programs in ${Date.now() - startedMs} ms`)
