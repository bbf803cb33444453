import assert from 'node:assert/strict'
import { rewriteLinks } from '../../../src/master/apiserver/proxy/html-links.ts'

const place = { prefix: '/p', hosts: ['h:1'], clientHost: 'c' }
const MEGABYTE = 1_000_000

describe('links in pages of proxied servers', function () {
  this.timeout(5_000)
  for (const [what, page] of [
    ['tags without an end', '<a '.repeat(MEGABYTE / 3)],
    ['an attribute without an end', `<a ${'x'.repeat(MEGABYTE)}>`],
    ['quotes without an end', `<a ${'b="'.repeat(MEGABYTE / 3)}`],
    ['equals signs', `<a ${'='.repeat(MEGABYTE)}>`],
    ['blanks', `<a x${' '.repeat(MEGABYTE)}>`],
    ['elements of text', '<title>'.repeat(MEGABYTE / 7)],
  ] as const) {
    it(`takes time in proportion to the page: ${what}`, () => {
      assert.equal(rewriteLinks(page, place) === page, true)
    })
  }

  it('knows no elements, attributes and entities but its own', () => {
    const page = '<constructor a="b"><a href="&constructor;"><toString href=/x>'
    assert.equal(rewriteLinks(page, place), page)
  })

  it('rewrites what is quoted in any way', () => {
    const page = `<a x href='/a'><img alt="a > b" src = /c><br/><a href="/d"/>`
    const wanted = `<a x href="/p/a"><img alt="a > b" src = "/p/c"><br/><a href="/p/d"/>`
    assert.equal(rewriteLinks(page, place), wanted)
  })
})
