/** How far a measurement is: on a terminal only, and beside the result. */
export function showDone(done: number, all: number, what: string): void {
  if (process.stderr.isTTY) process.stderr.write(done < all ? `\r\x1b[K${what} ${done}/${all}` : '\r\x1b[K')
}
