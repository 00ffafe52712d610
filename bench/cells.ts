/** The few-shot tasks that the paper reports on Omniglot (table 2). */
export const cells = [
  { ways: 5, shots: 1 },
  { ways: 5, shots: 5 },
  { ways: 20, shots: 1 },
  { ways: 20, shots: 5 },
] as const
