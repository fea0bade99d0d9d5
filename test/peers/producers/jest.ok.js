test('ok', () => {});
test('bad', () => expect('\u001b[31mred').toBe(2));
test.skip('left', () => {});
