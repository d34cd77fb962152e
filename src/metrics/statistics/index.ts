/** Statistics for results: quantiles, intervals, fairness, tests, warm-up. */
export * from './fairness.ts';
export * from './mser.ts';
export * from './quantiles.ts';
export * from './resampling.ts';
export * from './student.ts';
export * from './tests.ts';
