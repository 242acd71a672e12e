/** Named clean-ups, run last in, first out: the input stops before what it feeds. One that fails does not stop the others. */
export class Cleanup {
  private readonly steps: { readonly name: string; readonly run: () => Promise<unknown> | void }[] = [];

  add(name: string, run: () => Promise<unknown> | void): void {
    this.steps.push({ name, run });
  }

  async run(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.run();
      } catch (error) {
        failures.push(new Error(`${step.name}: ${error instanceof Error ? error.message : String(error)}`));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((failure) => failure.message).join('; '));
  }
}
