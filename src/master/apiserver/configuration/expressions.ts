import { type CelVariables, type FieldError, invalid, type Program } from '../../../api/index.ts'
import { CelCompileError, type CelType, compile, typeName } from '../../../api/cel/index.ts'

/** Compiles an expression of a configuration file; a fault of it is added to `errors`. */
export function compileIn(
  expression: string,
  of: {
    readonly variables: CelVariables
    readonly path: string
    /** What it must come to. Default: anything. */
    readonly type?: CelType
    readonly errors: FieldError[]
  },
): Program | undefined {
  const { variables, path, type, errors } = of
  try {
    const program = compile(expression, { variables })
    if (!type || typeName(program.type) === typeName(type)) return program
    errors.push(invalid(path, expression, `must evaluate to ${typeName(type)}`))
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    errors.push(invalid(path, expression, `compilation failed: ${error.message}`))
  }
  return undefined
}
