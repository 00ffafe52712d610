import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openExamples, sealExamples } from '../../src/store/examples-record.js'
import { openInfo, sealInfo } from '../../src/store/info-record.js'
import { openLearned, sealLearned } from '../../src/store/learned-record.js'
import { openRecord, RecordError, sealRecord } from '../../src/store/record-format.js'
import { expiryKey, keyOfExpiry, keyOfRecord, recordKey } from '../../src/store/record-key.js'
import { made } from './made.js'

const key = recordKey({ tenant: 't', id: 'a' })
const info = { ...made().info, version: 3, mark: 'm', bytes: 99 }

describe('a record', () => {
  test('with any one bit flipped is refused', async () => {
    for (const record of [await sealInfo(key, info), await sealLearned(key, 3, made().learned)]) {
      const open = (): unknown => (record === learned ? openLearned(key, 3, record) : openInfo(key, record))
      const learned = record.readUInt8(5) === 2 ? record : undefined
      expect(open()).toBeDefined()
      for (let bit = 0; bit < 8 * record.length; bit++) {
        record.writeUInt8(record.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(open).toThrow(RecordError)
        record.writeUInt8(record.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      }
    }
  })

  test('that was cut short or has grown is refused', async () => {
    const record = await sealLearned(key, 3, made().learned)
    for (let length = 0; length < record.length; length++) {
      expect(() => openLearned(key, 3, record.subarray(0, length))).toThrow(RecordError)
    }
    expect(() => openLearned(key, 3, Buffer.concat([record, Buffer.alloc(1)]))).toThrow('its length is wrong')
    expect(() => openLearned(key, 3, Buffer.alloc(record.length))).toThrow('it does not begin as a record does')
  })

  test('is not believed under another key, in another version or as another kind', async () => {
    const record = await sealLearned(key, 3, made().learned)
    expect(() => openLearned(recordKey({ tenant: 't', id: 'b' }), 3, record)).toThrow('its checksum is wrong')
    expect(() => openLearned(key, 4, record)).toThrow('it belongs to version 3')
    expect(() => openInfo(key, record)).toThrow('it is another kind of record')
    record.writeUInt8(2, 4)
    expect(() => openLearned(key, 3, record)).toThrow('its format is version 2, not 1')
  })

  test('of another writer with a right checksum is refused, too, when its payload makes no sense', async () => {
    const learned = await sealRecord('learned', key, 3, [Buffer.from(Uint32Array.of(1000, 0).buffer), Buffer.alloc(8)])
    expect(() => openLearned(key, 3, learned)).toThrow('it ends too early')
    const more = await sealRecord('learned', key, 3, [Buffer.from(Uint32Array.of(1, 0).buffer), Buffer.alloc(8)])
    expect(() => openLearned(key, 3, more)).toThrow('more in it')
    const text = Buffer.from('[1]')
    const labels = await sealRecord('examples', key, 3, [Buffer.from([3, 0, 0, 0]), text, Buffer.alloc(8)])
    await expect(openExamples(key, 3, labels)).rejects.toThrow('its labels are no texts')
  })

  test('of examples keeps how their values were scaled', async () => {
    const scaling = [{ name: 'mass', mean: 2.5, deviation: 0.1 }]
    const inputs = [Float32Array.of(1), Float32Array.of(-1)]
    for (const answers of [
      { kind: 'labels' as const, labels: ['a', 'b'] },
      { kind: 'targets' as const, targets: [Float32Array.of(3), Float32Array.of(4)] },
    ]) {
      const examples = { ...answers, inputs, scaling }
      expect(await openExamples(key, 1, await sealExamples(key, 1, examples))).toEqual(examples)
      const record = await sealExamples(key, 1, {
        ...examples,
        scaling: [{ name: 'mass', mean: Number.NaN, deviation: 1 }],
      })
      await expect(openExamples(key, 1, record)).rejects.toThrow('its scaling is none')
    }
  })

  test('larger than what is copied in one turn comes back as it was', async () => {
    const inputs = [3e6, 1, 0, 2.5e6].map((length) => Float32Array.from({ length }, (_, i) => Math.fround(i / 7)))
    const examples = { kind: 'labels' as const, inputs, labels: ['a', 'b', 'a', 'b'] }
    const record = await sealExamples(key, 1, examples)
    const opened = await openExamples(key, 1, record)
    expect(opened.inputs.map((input, i) => Buffer.compare(Buffer.from(input), Buffer.from(inputs[i] ?? [])))).toEqual([
      0, 0, 0, 0,
    ])
    record.writeUInt8(record.readUInt8(20e6) ^ 1, 20e6)
    await expect(openExamples(key, 1, record)).rejects.toThrow('its checksum is wrong')
    expect(() => openRecord('examples', key, record)).toThrow('its checksum is wrong')
  })
})

describe('keys on disk', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })

  test('come back, and sort as tenants of one length and ids do in JavaScript', () => {
    fc.assert(
      fc.property(text, text, text, (tenant, a, b) => {
        const [one, other] = [recordKey({ tenant, id: a }), recordKey({ tenant, id: b })]
        expect(keyOfRecord(one)).toEqual({ tenant, id: a })
        expect(Math.sign(Buffer.compare(one, other))).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
      { seed: 1 },
    )
  })

  test('of two adaptations are two', () => {
    fc.assert(
      fc.property(text, text, text, text, (tenant, id, otherTenant, otherId) => {
        const same = tenant === otherTenant && id === otherId
        expect(recordKey({ tenant, id }).equals(recordKey({ tenant: otherTenant, id: otherId }))).toBe(same)
      }),
      { seed: 1 },
    )
  })

  test('of expiries sort by time', () => {
    const time = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double({ min: 0, noNaN: true }))
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(keyOfExpiry(expiryKey(a, key))).toEqual({ expiresAt: a, key })
        expect(Math.sign(Buffer.compare(expiryKey(a, key), expiryKey(b, key)))).toBe(Math.sign(a - b))
      }),
      { seed: 1 },
    )
  })

  test('that are too long are refused with the numbers', () => {
    expect(recordKey({ tenant: 't'.repeat(128), id: 'i'.repeat(128) })).toHaveLength(514)
    expect(() => recordKey({ tenant: 't'.repeat(900), id: 'i'.repeat(128) })).toThrow('984 characters together')
  })
})
