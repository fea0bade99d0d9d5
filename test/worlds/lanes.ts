/**
 * Runs tasks, so many lanes at a time. The tasks of a lane run one after the other.
 *
 * @returns by task, its result: a promise that is already there before the task begins
 */
export function runLanes<Task, Result>(
  lanes: readonly (readonly Task[])[],
  atATime: number,
  run: (task: Task) => Promise<Result>,
): ReadonlyMap<Task, Promise<Result>> {
  const results = new Map<Task, Promise<Result>>();
  const resolvers = new Map<Task, (result: Promise<Result>) => void>();
  for (const task of lanes.flat()) {
    const result = new Promise<Result>((resolve) => resolvers.set(task, resolve));
    // A failure is for whoever awaits the result.
    result.catch(() => {});
    results.set(task, result);
  }
  const waiting = [...lanes];
  const work = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift())
      for (const task of lane) {
        const running = run(task);
        resolvers.get(task)!(running);
        await running.catch(() => {});
      }
  };
  for (let worker = 0; worker < atATime; worker += 1) void work();
  return results;
}
