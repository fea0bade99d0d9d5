import type { Containers } from '../ports/containers.js';
import type { Plan } from './plan.js';
import type { ComposeRequest } from './request.js';

/**
 * Gives all images of a project that are there names of their own, so that later runs start exactly these. Otherwise a
 * build of the other side under the same `image:` would replace them, and both sides would run the same program.
 *
 * @param repository of the names, as in `REPOSITORY:SERVICE`
 * @returns the request of those runs, which neither pull nor build
 */
export async function keepImages(
  request: ComposeRequest,
  plan: Plan,
  { containers, repository }: { readonly containers: Containers; readonly repository: string },
): Promise<ComposeRequest> {
  const { session } = request;
  const ofServices = plan.model.services.map(
    ({ name, image }) => [name, image ?? `${plan.project.name}-${name}`] as const,
  );
  const beside = session.kind === 'image' ? [session.image] : [];
  const missing = await containers.listMissingImages([...ofServices.map(([, image]) => image), ...beside]);
  const keep = async (image: string, tag: string): Promise<string> => {
    const name = `${repository}:${tag.replace(/^\W/, '_')}`;
    await containers.tagImage(image, name);
    return name;
  };
  const images: Record<string, string> = {};
  for (const [service, image] of ofServices) if (!missing.includes(image)) images[service] = await keep(image, service);
  const isThere = session.kind === 'image' && !missing.includes(session.image);
  return {
    ...request,
    ...(isThere && { session: { ...session, image: await keep(session.image, '_session') } }),
    images,
    build: false,
    pull: 'never',
  };
}

/**
 * The request of the run that brings the images, which has no session. A session on the host may run any service with
 * `docker compose run`, so its images are all of the project's.
 */
export function toImageRequest(request: ComposeRequest): ComposeRequest {
  return { ...request, collect: [], ...(request.session.kind === 'host' && { services: 'all' }) };
}
