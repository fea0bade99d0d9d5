/**
 * The rows of a long table that are this run's turn. `TEST_PART=2/3` takes the third, the sixth and so on of them, so that
 * three runs with 0/3, 1/3 and 2/3 have played all.
 *
 * @returns all rows without `TEST_PART`; never none of some
 */
export function takePart<Row>(rows: readonly Row[], part = process.env['TEST_PART'] ?? ''): readonly Row[] {
  if (part === '') return rows;
  const [, own, of] = /^(\d+)\/(\d+)$/.exec(part) ?? [];
  if (of === undefined || Number(own) >= Number(of)) throw new Error(`TEST_PART is ${part}, not a part such as 0/3.`);
  return rows.filter((_, place) => place % Math.min(Number(of), rows.length) === Number(own) % rows.length);
}
