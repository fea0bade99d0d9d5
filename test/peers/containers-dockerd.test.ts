import { describeContainers } from '../contract/containers.suite.js';
import { describeWithDocker } from '../worlds/docker/engine.js';
import { createDockerWorld } from '../worlds/docker/world.js';

describeWithDocker('Docker and Compose', () => {
  describeContainers('docker CLI', createDockerWorld);
});
