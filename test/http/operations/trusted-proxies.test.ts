import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProxyListError, TrustedProxies } from '../../../src/http/operations/trusted-proxies.js'

test.each([
  ['', '127.0.0.1', false],
  ['10.0.0.7', '10.0.0.7', true],
  ['10.0.0.7', '10.0.0.8', false],
  ['10.0.0.7', '::ffff:10.0.0.7', true],
  ['::ffff:10.0.0.7', '10.0.0.7', true],
  ['10.0.0.0/8', '10.200.3.4', true],
  ['10.9.9.9/8', '10.200.3.4', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['::ffff:10.0.0.0/104', '10.1.2.3', true],
  ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
  ['::ffff:10.0.0.0/104', '11.1.2.3', false],
  ['fd00::/8', 'fd12::9', true],
  ['fd00::/8', 'fe80::9', false],
  ['fe80::1', 'fe80::1%eth0', true],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['192.168.1.1, 10.0.0.0/8\n::1', '10.1.1.1', true],
  ['192.168.1.1, 10.0.0.0/8\n::1', '::1', true],
  ['192.168.1.1, 10.0.0.0/8\n::1', '192.168.1.2', false],
])('%j and the address %s: %s', (list, address, trusted) => {
  const proxies = TrustedProxies.parse(list)
  // Twice: the second answer is remembered.
  expect([proxies.includes(address), proxies.includes(address)]).toEqual([trusted, trusted])
})

test('an address that is gone is nobody', () => {
  expect(TrustedProxies.parse('0.0.0.0/0, ::/0').includes(undefined)).toBe(false)
})

describe('an entry that is none is named', () => {
  test.each([
    'gateway',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/8x',
    '300.1.1.1',
    'fd00::/129',
    '::ffff:10.0.0.0/95',
    'fe80::1::2',
  ])('%s', (entry) => {
    expect(() => TrustedProxies.parse(`127.0.0.1, ${entry}`)).toThrow(ProxyListError)
    expect(() => TrustedProxies.parse(`127.0.0.1, ${entry}`)).toThrow(`"${entry}" is no address`)
  })
})

test('a range holds exactly the addresses that share its first bits', () => {
  const value = fc.integer({ min: 0, max: 0xffffffff })
  const dotted = (bits: number) => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
  fc.assert(
    fc.property(value, value, fc.integer({ min: 1, max: 32 }), fc.boolean(), (base, other, prefix, near) => {
      // Half of the time it differs in the last bits only: two random addresses share few.
      const address = near ? (base ^ (other >>> (prefix - 1))) >>> 0 : other
      const same = base >>> (32 - prefix) === address >>> (32 - prefix)
      expect(TrustedProxies.parse(`${dotted(base)}/${prefix}`).includes(dotted(address))).toBe(same)
    }),
  )
})

test('more addresses than are remembered', () => {
  const proxies = TrustedProxies.parse('10.0.0.0/8')
  for (let i = 0; i < 3000; i++) {
    expect(proxies.includes(`${10 + (i % 2)}.0.${i >> 8}.${i & 255}`)).toBe(i % 2 === 0)
  }
})
