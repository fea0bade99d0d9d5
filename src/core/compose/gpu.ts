import { Failure } from '../kernel/failure.js';
import * as advice from '../kernel/compose-advice.js';
import type { ContainerEngine } from '../ports/containers.js';
import { isMap, servicesOf, type JsonMap } from './compose-file.js';
import type { ComposeHost } from './host.js';
import type { ComposeRequest } from './request.js';

interface GpuWorld {
  /** The resolved project, with the override. */
  readonly model: unknown;
  /** What will be started, the session included. */
  readonly services: readonly string[];
  readonly engine: ContainerEngine;
  readonly host: Pick<ComposeHost, 'hasProgram'>;
}

/**
 * Refuses a project that needs GPUs on a machine that cannot pass them to containers. Without this check, Docker reports
 * it after all images were pulled, as "could not select device driver".
 *
 * @throws Failure `gpu-unavailable`; `bad-input`: the session has no container
 */
export function checkGpu(request: ComposeRequest, world: GpuWorld): void {
  if (request.gpu !== 'none' && request.session.kind === 'host') {
    throw new Failure('bad-input', '`gpu` is for a session in a container, and `run` is a command on the host.', {
      hint: 'Remove `gpu`: a command on the host has the GPUs of the machine. To give them to a service, write `deploy.resources.reservations.devices` in a Compose file or in `override`.',
    });
  }
  const services = servicesOf(world.model);
  const asking = world.services.filter((name) => services[name] !== undefined && asksForGpu(services[name]));
  const who = [
    ...(request.gpu === 'none' ? [] : [`the input \`gpu: ${request.gpu}\``]),
    ...asking.map((name) => `the service \`${name}\``),
  ];
  const needsRuntime = asking.some((name) => services[name]?.['runtime'] === 'nvidia');
  if (who.length === 0 || hasToolkit(world, needsRuntime)) return;
  throw new Failure(
    'gpu-unavailable',
    `${list(who)} ${who.length === 1 ? 'asks' : 'ask'} for GPUs, and Docker on this machine has none to give.`,
    {
      why: `NVIDIA's container toolkit is not set up for Docker: the runtimes are ${world.engine.runtimes.join(', ')}`,
      hint: advice.SET_UP_GPU_TOOLKIT,
    },
  );
}

/** @param needsRuntime a service has `runtime: nvidia`, which only a runtime of that name satisfies */
function hasToolkit({ engine, host }: GpuWorld, needsRuntime: boolean): boolean {
  if (engine.runtimes.includes('nvidia')) return true;
  if (needsRuntime) return false;
  // Device requests need only the toolkit's hook, or a list of devices that its `nvidia-ctk` has written.
  return host.hasProgram('nvidia-container-runtime-hook') || (engine.cdi && host.hasProgram('nvidia-ctk'));
}

/** Whether a service of a resolved project asks for GPUs, in any of the ways that Compose has. */
export function asksForGpu(service: JsonMap): boolean {
  if (service['runtime'] === 'nvidia' || isGiven(service['gpus'])) return true;
  return listDevices(service).some(
    (device) => isMap(device) && (device['driver'] === 'nvidia' || includesGpu(device['capabilities'])),
  );
}

function listDevices(service: JsonMap): readonly unknown[] {
  let value: unknown = service;
  for (const key of ['deploy', 'resources', 'reservations', 'devices']) value = isMap(value) ? value[key] : undefined;
  return Array.isArray(value) ? value : [];
}

function includesGpu(capabilities: unknown): boolean {
  return Array.isArray(capabilities) && capabilities.some((one) => one === 'gpu' || one === 'nvidia');
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

/** The part of a service that reserves GPUs. */
export function reserveGpus(gpu: 'all' | number): JsonMap {
  const device = { driver: 'nvidia', count: gpu, capabilities: ['gpu'] };
  return { resources: { reservations: { devices: [device] } } };
}

/** As `docker run --gpus` takes them, for the container of a session image. */
export function gpusOf(request: ComposeRequest): string | undefined {
  return request.gpu === 'none' ? undefined : String(request.gpu);
}

function list(names: readonly string[]): string {
  const text = names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
