import assert from 'node:assert/strict'
import { CronError, nextCronTime, parseCron } from '../../../src/api/index.ts'

const NEW_YORK = 'America/New_York'

/** Times that follow one another, as ISO in UTC. */
function after(schedule: string, from: string, count: number, zone?: string): string[] {
  const times: string[] = []
  let ms = Date.parse(from)
  for (let i = 0; i < count; i++) {
    const next = nextCronTime(parseCron(schedule), ms, zone)
    if (next === undefined) break
    times.push(new Date(next).toISOString().replace(':00.000Z', 'Z'))
    ms = next
  }
  return times
}

describe('cron schedules', () => {
  const cases: [schedule: string, from: string, next: string, zone?: string][] = [
    ['*/15 * * * *', '2024-07-09T14:45:00Z', '2024-07-09T15:00Z'],
    ['*/15 * * * *', '2024-07-09T14:59:59Z', '2024-07-09T15:00Z'],
    ['20-35/15 * * * *', '2024-07-09T15:20:00Z', '2024-07-09T15:35Z'],
    ['5/20 * * * *', '2024-07-09T15:25:30Z', '2024-07-09T15:45Z'],
    ['0 0 * * sun', '2024-07-09T00:00:00Z', '2024-07-14T00:00Z'],
    ['0 0 1 Feb,mar *', '2024-07-09T00:00:00Z', '2025-02-01T00:00Z'],
    ['0 0 29 2 *', '2024-03-01T00:00:00Z', '2028-02-29T00:00Z'],
    ['0 0 13 * 5', '2024-07-09T00:00:00Z', '2024-07-12T00:00Z'],
    ['0 0 */10 * 5', '2024-07-09T00:00:00Z', '2024-07-11T00:00Z'],
    ['0 0 * * 5', '2024-07-13T00:00:00Z', '2024-07-19T00:00Z'],
    ['59 23 31 12 ?', '2024-12-31T23:59:00Z', '2025-12-31T23:59Z'],
    ['@yearly', '2024-07-09T00:00:00Z', '2025-01-01T00:00Z'],
    ['@monthly', '2024-07-09T00:00:00Z', '2024-08-01T00:00Z'],
    ['@weekly', '2024-07-09T00:00:00Z', '2024-07-14T00:00Z'],
    ['@daily', '2024-07-09T00:00:00Z', '2024-07-10T00:00Z'],
    ['@hourly', '2024-07-09T00:00:00Z', '2024-07-09T01:00Z'],
    ['@every 90m', '2024-07-09T00:00:00Z', '2024-07-09T01:30Z'],
    ['TZ=Asia/Tokyo 0 9 * * *', '2024-07-09T00:00:00Z', '2024-07-10T00:00Z'],
    ['CRON_TZ=Asia/Kolkata 30 9 * * *', '2024-07-09T00:00:00Z', '2024-07-09T04:00Z'],
    ['0 9 * * *', '2024-07-09T00:00:00Z', '2024-07-09T13:00Z', NEW_YORK],
    ['15 * * * *', '2024-07-09T00:00:00Z', '2024-07-09T00:45Z', 'Asia/Kolkata'],
  ]
  for (const [schedule, from, next, zone] of cases) {
    it(`${schedule} after ${from}${zone ? ` in ${zone}` : ''}`, () => {
      assert.deepEqual(after(schedule, from, 1, zone), [next])
    })
  }

  it('leave out a time that the clocks skip', () => {
    // 10 March 2024: 02:00 is followed by 03:00.
    assert.deepEqual(after('30 2 * * *', '2024-03-09T00:00:00Z', 2, NEW_YORK), [
      '2024-03-09T07:30Z',
      '2024-03-11T06:30Z',
    ])
    assert.deepEqual(after('0 * * * *', '2024-03-10T06:00:00Z', 2, NEW_YORK), [
      '2024-03-10T07:00Z',
      '2024-03-10T08:00Z',
    ])
  })

  it('fire twice at a time that the clocks repeat, as robfig does', () => {
    assert.deepEqual(after('30 1 * * *', '2024-11-03T00:00:00Z', 3, NEW_YORK), [
      '2024-11-03T05:30Z',
      '2024-11-03T06:30Z',
      '2024-11-04T06:30Z',
    ])
  })

  it('leave out a day whose midnight is skipped', () => {
    // São Paulo, 4 November 2018: 23:59 was followed by 01:00.
    assert.deepEqual(after('0 0 * * *', '2018-11-03T12:00:00Z', 1, 'America/Sao_Paulo'), [
      '2018-11-05T02:00Z',
    ])
    assert.deepEqual(after('0 5 4 11 *', '2018-11-03T12:00:00Z', 1, 'America/Sao_Paulo'), [
      '2018-11-04T07:00Z',
    ])
  })

  it('that fit no day have no next time', () => {
    assert.deepEqual(after('0 0 30 2 *', '2024-01-01T00:00:00Z', 1), [])
    assert.deepEqual(after('0 0 31 6 *', '2024-01-01T00:00:00Z', 1, NEW_YORK), [])
  })

  const faults: [schedule: string, error: string][] = [
    ['', 'empty spec string'],
    ['* * *', 'expected exactly 5 fields, found 3: [* * *]'],
    ['* * * * * *', 'expected exactly 5 fields, found 6: [* * * * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['30-20 * * * *', 'beginning of range (30) beyond end of range (20): 30-20'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['*/5/5 * * * *', 'too many slashes: */5/5'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every 5x', 'failed to parse duration @every 5x: time: invalid duration "5x"'],
    ['TZ=Mars/Base * * * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base'],
  ]
  for (const [schedule, message] of faults) {
    it(`refuses ${JSON.stringify(schedule)}`, () => {
      assert.throws(() => parseCron(schedule), new CronError(message))
    })
  }
})
