/** The engine's clock: integer nanoseconds. Scenarios speak of seconds; this is where one becomes the other. */
export const NS_PER_SECOND = 1e9;

export const toNs = (seconds: number): number => Math.round(seconds * NS_PER_SECOND);
