/** Keeps the event loop busy. */
export const blockFor = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}
