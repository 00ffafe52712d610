/** Who waits: one line a tenant, and the tenants take turns, so that none waits for the length of another's line. */
export class Lines<Item> {
  /** In the order of their turns; never an empty line. */
  private readonly byTenant = new Map<string, Item[]>()
  private count = 0

  get size(): number {
    return this.count
  }

  /** At the end of the tenant's line; a tenant without one comes after all others. */
  add(tenant: string, item: Item): void {
    this.lineOf(tenant).push(item)
    this.count++
  }

  /** At the front of the tenant's line. */
  addFirst(tenant: string, item: Item): void {
    this.lineOf(tenant).unshift(item)
    this.count++
  }

  /** The first of the tenant whose turn it is, who goes behind the other tenants with what is left of the line. */
  take(): Item | undefined {
    for (const [tenant, line] of this.byTenant) {
      const item = line.shift()
      this.count--
      this.byTenant.delete(tenant)
      if (line.length > 0) this.byTenant.set(tenant, line)
      return item
    }
    return undefined
  }

  /** Whether it was waiting. */
  remove(tenant: string, item: Item): boolean {
    const line = this.byTenant.get(tenant)
    const place = line?.indexOf(item) ?? -1
    if (!line || place < 0) return false
    line.splice(place, 1)
    this.count--
    if (line.length === 0) this.byTenant.delete(tenant)
    return true
  }

  private lineOf(tenant: string): Item[] {
    const line = this.byTenant.get(tenant) ?? []
    this.byTenant.set(tenant, line)
    return line
  }
}
