import { checkImports } from './import-table.ts'
import { readSources } from './source.ts'
import { checkDead, checkTidy } from './tidy.ts'

const files = readSources(['src', 'cluster', 'test', 'bench', 'scripts'])
const findings = [...checkImports(files), ...files.flatMap(checkTidy), ...checkDead(files)]
for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`)
if (findings.length > 0) {
  console.error(`check: ${findings.length} findings`)
  process.exitCode = 1
}
