import { ImageWorld } from '../worlds/images.js';
import { describeImages } from './images.suite.js';

describeImages('fake', () => {
  const world = new ImageWorld();
  const { home, away, clock } = world;
  const foreign = world.add({ foreign: true, id: 'ami-0f00000000000000f', tags: {}, snapshotIds: [] });
  return {
    ec2: home,
    away,
    clock,
    foreignImage: foreign.id,
    makeImage: async (name, tags = {}) => world.add({ name, tags }).id,
    async launch(imageId) {
      const { id } = world.launch(home.images.find((image) => image.id === imageId)!);
      return {
        id,
        async end() {
          home.instances = home.instances.map((one) => (one.id === id ? { ...one, state: 'terminated' } : one));
        },
      };
    },
    async makeTemplate(template, images) {
      home.templates.push(...images.map((image, at) => ({ template, version: at + 1, image })));
    },
    async abandonSnapshot(tags) {
      const id = `snap-0b00000000000000${home.snapshots.length}`;
      home.snapshots.push({ id, state: 'completed', createdAt: clock.now(), tags });
      return id;
    },
    close: () => undefined,
  };
});
