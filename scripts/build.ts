import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type BuildOptions, build } from 'esbuild'

/** Where a build goes until it is whole: clusters that run start containers out of dist/ meanwhile. */
const FRESH = `dist.${process.pid}`

/**
 * Bundles the programs into dist/, one file each, so that they start quickly. `level` stays outside:
 * it carries its prebuilt binary.
 */
const OPTIONS = {
  outdir: FRESH,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['level', 'classic-level'],
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions

/** Programs as `runProgram` takes them, each behind a module that starts it. */
async function buildPrograms(): Promise<string[]> {
  const names = namesIn('src/cmd')
  await build({
    ...OPTIONS,
    entryPoints: { ...entries('', names), program: 'src/cmd/parts/program.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  })
  for (const name of names) {
    writeFileSync(
      `${FRESH}/${name}.js`,
      `import { fileURLToPath } from 'node:url'\n` +
        `import { runProgram } from './program.cjs'\n` +
        `runProgram(fileURLToPath(new URL('./${name}.cjs', import.meta.url)))\n`,
    )
  }
  return names
}

/** The small programs that pods run, and the simulator: `navarch simulate` is what `make sim` runs. */
async function buildOthers(): Promise<string[]> {
  const programs = {
    ...entries('images/', namesIn('src/cmd/images')),
    simulate: 'test/sim/run.ts',
  }
  await build({
    ...OPTIONS,
    entryPoints: programs,
    format: 'esm',
    // For packages that are CommonJS, and ask for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  return Object.keys(programs)
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace(/\.ts$/, ''))
}

function entries(folder: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [`${folder}${name}`, `src/cmd/${folder}${name}.ts`]),
  )
}

const startedMs = Date.now()
try {
  const built = [...(await buildPrograms()), ...(await buildOthers())]
  rmSync('dist', { recursive: true, force: true })
  renameSync(FRESH, 'dist')
  console.log(`Built ${built.length} programs in ${Date.now() - startedMs} ms`)
} finally {
  rmSync(FRESH, { recursive: true, force: true })
}
