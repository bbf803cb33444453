import assert from 'node:assert/strict'
import { parseImagePrograms } from '../../../src/cmd/parts/image-programs.ts'

describe('cmd: parseImagePrograms', () => {
  it('reads programs by repository', () => {
    assert.deepEqual(parseImagePrograms(''), {})
    const text = `
registry.example/web:
  command: [/opt/web]
  args: [--port, '80']
  files: {/web: /opt/web}
tool: {args: [/bin/true]}
`
    assert.deepEqual(parseImagePrograms(text), {
      'registry.example/web': {
        command: ['/opt/web'],
        args: ['--port', '80'],
        files: { '/web': '/opt/web' },
      },
      tool: { command: [], args: ['/bin/true'] },
    })
  })

  it('says what cannot be meant', () => {
    const says = (text: string, message: RegExp) =>
      assert.throws(() => parseImagePrograms(text), { message })
    says('[]', /a map of images/)
    says('web: /opt/web', /"web": command, args or files are expected/)
    says('web: {command: /opt/web}', /"web": command is not a list of strings/)
    says('web: {args: [80]}', /"web": args is not a list of strings/)
    says('web: {files: {web: /opt/web}}', /absolute paths/)
    says('web: {files: []}', /files is not a map/)
    says('web: {entrypoint: [x]}', /"entrypoint" is not known/)
  })
})
