/** Waits until `size` tasks have reached the same point, then runs the next step of each alone, in the order of their places. */
export function lineUp(size: number): <T>(place: number, act: () => Promise<T>) => Promise<T> {
  const line: (() => Promise<void>)[] = [];
  let arrived = 0;
  const go = async (): Promise<void> => {
    for (const next of line) await next();
  };
  return (place, act) =>
    new Promise((resolve, reject) => {
      line[place] = () => act().then(resolve, reject);
      arrived += 1;
      if (arrived === size) void go();
    });
}
