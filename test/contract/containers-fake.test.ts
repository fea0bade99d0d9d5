import { FakeContainers } from '../worlds/containers.js';
import { FakeClock } from '../worlds/fake-clock.js';
import { describeContainers } from './containers.suite.js';

describeContainers('fake', () => {
  const clock = new FakeClock();
  const containers = new FakeContainers(clock);
  const files = new Map<string, string>();
  containers.unknownImages.add('registry.invalid/none:1').add('ci-actions/none:1');
  containers.onCopy = (path, text) => void files.set(path, text);
  let projects = 0;
  return {
    containers,
    clock,
    image: 'session:1',
    freePort: 8080,
    project(services, options = {}) {
      projects += 1;
      const name = `p${projects}`;
      containers.projects.set(name, services);
      containers.unsetVariables = options.unset ?? [];
      containers.invalid = options.invalid ? "services.a additional properties 'imagee' not allowed" : undefined;
      if (options.volumes) containers.volumeNames = options.volumes;
      return { name, directory: '/p', files: [], profiles: [], envFiles: [], env: {} };
    },
    runLike(project, spec) {
      containers.images = { 'session:1': spec };
      return { image: 'session:1', command: [], networks: [`${project.name}_default`], env: {}, volumes: [] };
    },
    async startForeign(spec) {
      return containers.addForeign('foreign', spec).identity.name;
    },
    teach: (commands) => void (containers.commands = commands),
    connects: async (address, port) => containers.connects(address, port),
    path: (name) => `/out/${name}`,
    read: (path) => containers.savedLogs.get(path) ?? files.get(path),
    close: async () => containers.removeAll(),
  };
});
