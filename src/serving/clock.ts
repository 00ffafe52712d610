/** Milliseconds that only go forward; passed in, so that tests say what time it is. */
export type Clock = () => number

/** Milliseconds since 1970, which may jump: for what people and other machines read, never for durations. */
export type WallClock = () => number
