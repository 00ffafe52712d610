/** The addresses whose headers are believed: those of the gateway. */
import { BlockList, isIP } from 'node:net'

/** An entry that is no address; the message names it and says what an entry is. */
export class ProxyListError extends Error {
  override readonly name = 'ProxyListError'
}

/** More addresses than a gateway has; past them the answers are computed anew. */
const mostRemembered = 1000

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

interface Range {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly prefix: number
}

export class TrustedProxies {
  private readonly list = new BlockList()
  private readonly remembered = new Map<string, boolean>()
  private readonly none: boolean

  private constructor(ranges: readonly Range[]) {
    this.none = ranges.length === 0
    for (const { address, prefix, family } of ranges) this.list.addSubnet(address, prefix, family)
  }

  /** `list`: addresses and CIDR ranges with commas or spaces between; empty for nobody. Throws ProxyListError. */
  static parse(list: string): TrustedProxies {
    const entries = list.split(/[\s,]+/).filter((entry) => entry !== '')
    return new TrustedProxies(entries.map(toRange))
  }

  /** `address`: of the other end of the connection; undefined once that is gone. */
  includes(address: string | undefined): boolean {
    if (this.none || address === undefined) return false
    const known = this.remembered.get(address)
    if (known !== undefined) return known
    const answer = this.lookUp(address)
    if (this.remembered.size >= mostRemembered) this.remembered.clear()
    this.remembered.set(address, answer)
    return answer
  }

  private lookUp(address: string): boolean {
    const plain = withoutMapping(address)
    return this.list.check(plain, familyOf(plain))
  }
}

function toRange(entry: string): Range {
  const [given = '', bits, ...rest] = entry.split('/')
  const address = withoutMapping(given)
  const family = familyOf(address)
  const longest = family === 'ipv4' ? 32 : 128
  // The prefix of a mapped address counts the 96 bits before it.
  const prefix = bits === undefined ? longest : Number(bits) - (address === given ? 0 : 96)
  const sane = isIP(address) !== 0 && rest.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits))
  if (sane && prefix >= 0 && prefix <= longest) return { address, family, prefix }
  throw new ProxyListError(
    `"${entry}" is no address; write one such as 10.0.0.7 or fd00::7, or a range such as 10.0.0.0/8.`,
  )
}

/** An IPv4 address as an IPv6 socket shows it, ::ffff:10.0.0.7, is an IPv4 address. */
function withoutMapping(address: string): string {
  return mapped.exec(address)?.[1] ?? address
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
