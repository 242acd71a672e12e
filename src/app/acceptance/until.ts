/** Asks again until the answer is there; what it waits for is named, so that a failure says what did not come. */
export async function until<T>(what: string, ask: () => T | Promise<T>, within = 10_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + within;
  for (;;) {
    const found = await ask();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`within ${within} ms there was no: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
