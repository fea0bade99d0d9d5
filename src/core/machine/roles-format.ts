import { packJitConfigs } from './jit-configs.js';
import { composePlaceholder } from './jit-placeholder.js';
import type { Field, PayloadRunner, RolesFormat, RolesPayload } from './payload-roles.js';

export const rolesFormat: RolesFormat = { listFields, composePlaceholder };

function listFields(payload: RolesPayload): readonly Field[] {
  const { runners, registration, sharedRepository, dataVolume, keepOnFailureSeconds, keepAlways } = payload;
  const configs = runners.flatMap(({ jitConfig }) => jitConfig ?? []);
  return [
    ...runners.map((one, at): Field => [`runner-${at + 1}`, describe(one)]),
    ['jit-configs', configs.length > 0 ? packJitConfigs(configs) : undefined],
    ['registration-url', registration?.url],
    ['registration-token', registration?.token],
    ['runner-group', registration?.group],
    ['work-folder', sharedRepository && `shared ${sharedRepository}`],
    ['data-volume', dataVolume && [dataVolume.volume, dataVolume.mount, dataVolume.label ?? []].flat().join(' ')],
    ['keep-on-failure-seconds', keepOnFailureSeconds],
    ['keep-always', keepAlways ? 1 : undefined],
  ];
}

/** `NAME ROLE LIFETIME LABEL[,LABEL…]` */
function describe({ name, role = '-', jitConfig, label, labels = [] }: PayloadRunner): string {
  const lifetime = jitConfig === undefined ? 'run' : 'job';
  return [name, role, lifetime, [label, ...labels].join(',')].join(' ');
}
