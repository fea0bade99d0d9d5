import { AMD64_IMAGE, FAKE_IMAGES, GROUP, SUBNET_A, SUBNET_B, type FakeImage } from '../worlds/fake-catalog.js';
import { FakeClock } from '../worlds/fake-clock.js';
import { createFakeEc2 } from '../worlds/fake-ec2.js';
import { describeEc2 } from './ec2.suite.js';

const image = FAKE_IMAGES.find(({ id }) => id === AMD64_IMAGE) as FakeImage;

describeEc2('fake', ({ invisibleMs = 0 }) => {
  const clock = new FakeClock();
  const ec2 = createFakeEc2({ clock, timeline: { invisibleMs } });
  return {
    ec2,
    clock,
    catalog: {
      image: {
        id: image.id,
        name: image.name,
        rootDeviceName: image.rootDeviceName,
        rootVolumeGiB: image.rootVolumeGiB,
      },
      foreignImageName: 'ubuntu-noble-24.04-amd64-server',
      subnets: [SUBNET_A, SUBNET_B],
      group: GROUP,
      vpc: 'vpc-0a000000000000001',
      parameter: { name: '/ci-actions/ami/amd64', value: AMD64_IMAGE },
    },
    async publishImages() {
      const newest = {
        ...image,
        id: 'ami-0c10000000000aaaa',
        name: 'ci-actions-amd64-20251224',
        createdAt: image.createdAt + 1,
      };
      ec2.images.unshift(newest);
      ec2.images.push({ ...newest, id: 'ami-0c10000000000bbbb', state: 'pending', createdAt: image.createdAt + 2 });
      return { pattern: 'ci-actions-amd64-*', newest: newest.id };
    },
    exhaust: ({ instanceType, subnetId, market }) => {
      ec2.capacity.set(`${instanceType}/${subnetId}/${market}`, 0);
    },
    switchOff: (id) => ec2.powerOff(id),
    protect: (id) => void ec2.protectedIds.add(id),
    readUserData: (id) => Buffer.from(ec2.userDataOf(id) ?? '').toString(),
    readInterfaceTags: (id) => ec2.interfaceTagsOf(id),
    abandonVolume(tags) {
      const id = `vol-0${ec2.volumes.length}`;
      ec2.volumes.push({ id, state: 'available', type: 'gp3', createdAt: clock.now(), sizeGiB: 8, tags });
      return id;
    },
    openSpotRequest(tags) {
      const id = `sir-0${ec2.spotRequests.length}`;
      ec2.spotRequests.push({ id, state: 'open', createdAt: clock.now(), tags });
      return id;
    },
    close: () => undefined,
  };
});
