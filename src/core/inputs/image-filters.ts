import type { Outcome, Texts } from './foreign-input.js';

/** Filters that only repeat what is checked or required here anyway. */
const REDUNDANT = ['architecture', 'state', 'virtualization-type', 'root-device-type', 'image-type'];
/** The public SSM parameter of Amazon's newest image. Source: AWS's "Reference the latest AMIs using SSM public parameters". */
const AMAZON_LINUX = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-';

interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
}

/**
 * Translates `ec2-image-filters` of namecheap/ec2-github-runner, which finds the newest image by DescribeImages. Here
 * `name:` finds the newest image of this account, so other filters and owners are refused with the nearest line.
 */
export function translateFilters(text: string, given: Texts): Outcome {
  const filters = parseFilters(text);
  if (!filters) return { problems: [': not a JSON list of objects with Name and Values.'] };
  if (filters.length === 0) return {};
  if (given['ec2-image-id'] !== undefined) return { note: 'is ignored: `ec2-image-id` is given as well.' };
  const owner = given['ec2-image-owner'] ?? '';
  const names = filters.flatMap(({ Name, Values }) => (Name === 'name' ? Values : []));
  const others = filters.flatMap(({ Name }) => (Name === 'name' || REDUNDANT.includes(Name) ? [] : Name));
  const [name] = names;
  if (owner === 'self' && name !== undefined && names.length === 1 && others.length === 0) {
    return { inputs: { 'ec2-image-id': `name:${name}` } };
  }
  const isAmazon = owner === 'amazon' && text.includes('al2023');
  const line = isAmazon ? `${AMAZON_LINUX}${/arm64/.test(text) ? 'arm64' : 'x86_64'}` : `name:${name ?? '…'}`;
  return {
    problems: [
      `is not an input here: write \`ec2-image-id: ${line}\`. (\`name:\` finds the newest image of your own account; name another account's by \`ami-…\` or \`resolve:ssm:…\`.)`,
    ],
  };
}

function parseFilters(text: string): readonly Filter[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isFilter = (one: unknown): one is Filter =>
      typeof (one as Filter | null)?.Name === 'string' && Array.isArray((one as Filter).Values);
    return Array.isArray(parsed) && parsed.every(isFilter) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
