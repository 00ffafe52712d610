/** Five characters of no alphabet, for trying the server out. */

/** x to the right and y down, both 0 to 1. */
export type Point = readonly [number, number]

/** The points that the pen passes in one go. */
export type Stroke = readonly Point[]

export interface Glyph {
  readonly label: string
  readonly strokes: readonly Stroke[]
}

export const glyphs: readonly Glyph[] = [
  {
    label: 'hook',
    strokes: [
      [
        [0.3, 0.15],
        [0.32, 0.5],
        [0.4, 0.78],
        [0.6, 0.85],
        [0.75, 0.7],
        [0.68, 0.52],
      ],
      [
        [0.15, 0.32],
        [0.5, 0.28],
      ],
    ],
  },
  {
    label: 'gate',
    strokes: [
      [
        [0.25, 0.85],
        [0.25, 0.5],
        [0.28, 0.2],
      ],
      [
        [0.28, 0.22],
        [0.52, 0.15],
        [0.74, 0.24],
        [0.76, 0.55],
        [0.75, 0.85],
      ],
      [
        [0.25, 0.55],
        [0.75, 0.52],
      ],
    ],
  },
  {
    label: 'wave',
    strokes: [
      [
        [0.12, 0.4],
        [0.25, 0.26],
        [0.4, 0.4],
        [0.55, 0.54],
        [0.7, 0.4],
        [0.86, 0.3],
      ],
      [
        [0.15, 0.72],
        [0.5, 0.7],
        [0.85, 0.74],
      ],
    ],
  },
  {
    label: 'knot',
    strokes: [
      [
        [0.5, 0.15],
        [0.3, 0.3],
        [0.32, 0.5],
        [0.5, 0.55],
        [0.68, 0.42],
        [0.6, 0.25],
        [0.45, 0.35],
        [0.42, 0.6],
        [0.55, 0.88],
      ],
    ],
  },
  {
    label: 'star',
    strokes: [
      [
        [0.5, 0.12],
        [0.5, 0.88],
      ],
      [
        [0.16, 0.3],
        [0.84, 0.7],
      ],
      [
        [0.84, 0.3],
        [0.16, 0.7],
      ],
    ],
  },
]
