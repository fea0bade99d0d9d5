import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAxis, createTightAxis } from '../../../../src/core/plot/axis.js';

describe('An axis', () => {
  test('begins at zero and has round numbers', () => {
    expect(createAxis([0.84, 1.35, 1.63]).ticks).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(createAxis([39, 22]).ticks).toEqual([0, 10, 20, 30, 40]);
  });

  test('has powers of ten if the values lie far apart', () => {
    const axis = createAxis([0.9, 49]);
    expect(axis.ticks).toEqual([0.1, 1, 10, 100]);
    expect(axis.place(1)).toBeCloseTo(1 / 3);
  });

  test('reaches below zero for negative values', () => {
    expect(createAxis([-4, 16]).ticks).toEqual([-5, 0, 5, 10, 15, 20]);
  });

  test('has room for a single value, and for zeros only', () => {
    expect(createAxis([5]).place(5)).toBe(1);
    expect(createAxis([0]).place(0)).toBe(0);
  });

  test.each([[[]], [[1, Number.NaN]]])('does not exist for %j', (values) => {
    expect(() => createAxis(values)).toThrow(RangeError);
  });

  test('contains every value, larger values higher', () => {
    const hundredths = fc.integer({ min: -1e6, max: 1e8 }).map((number) => number / 100);
    const values = fc.array(hundredths, { minLength: 2 });
    fc.assert(
      fc.property(values, (some) => {
        const { place, ticks } = createAxis(some);
        const places = some.toSorted((one, other) => one - other).map(place);
        expect(places[0]).toBeGreaterThanOrEqual(-1e-9);
        expect(places.at(-1)).toBeLessThanOrEqual(1 + 1e-9);
        expect(places).toEqual(places.toSorted((one, other) => one - other));
        expect(ticks.length).toBeLessThan(12);
      }),
    );
  });
});

describe('An axis around the values', () => {
  test('shows small changes of large values', () => {
    expect(createTightAxis([100, 103]).ticks).toEqual([99, 100, 101, 102, 103, 104]);
    expect(createTightAxis([-2, -1]).place(-2)).toBeGreaterThan(0);
  });

  test.each([[[5]], [[0, 0]], [[-3]]])('has %j inside', (values) => {
    const place = createTightAxis(values).place(values[0]!);
    expect(place).toBeGreaterThan(0.2);
    expect(place).toBeLessThan(0.8);
  });

  test.each([[[]], [[Infinity]]])('does not exist for %j', (values) => {
    expect(() => createTightAxis(values)).toThrow(RangeError);
  });
});
