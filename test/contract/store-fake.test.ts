import { FakeS3 } from '../worlds/fake-store.js';
import { describeStore } from './store.suite.js';

describeStore('Store: fake', () => {
  const fake = new FakeS3();
  return { raw: fake.raw, open: fake.open, close: () => undefined };
});
