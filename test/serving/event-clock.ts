/** Time that goes on by itself from one event to the next, as soon as nothing is left to do at the moment. */
import { settled } from './hand-clock.js'

export class EventClock {
  private time = 0
  private readonly events: { readonly time: number; readonly act: () => void }[] = []

  readonly now = (): number => this.time

  /** The function returned takes it back. */
  at(time: number, act: () => void): () => void {
    const event = { time, act }
    this.events.push(event)
    this.events.sort((a, b) => a.time - b.time)
    return () => {
      const place = this.events.indexOf(event)
      if (place >= 0) this.events.splice(place, 1)
    }
  }

  after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.at(this.time + milliseconds, resolve))
  }

  /** Until nothing is going to happen any more. */
  async run(): Promise<void> {
    await settled()
    for (let event = this.events.shift(); event; event = this.events.shift()) {
      this.time = event.time
      event.act()
      await settled()
    }
  }
}
