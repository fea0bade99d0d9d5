/** What tests do to S3 besides the port: requests as any other client sends them, to the sandbox or to moto. */
export interface RawS3 {
  createBucket(name: string, region?: string): Promise<void>;
  /** Lets everybody read, by the policy of the bucket. */
  publish(name: string): Promise<void>;
  /** @param acl canned, such as `public-read` */
  setAcl(name: string, acl: string): Promise<void>;
  /** Turns on "Block all public access". */
  block(name: string): Promise<void>;
  /** Stores an object as old clients do, without a checksum. */
  putPlain(name: string, key: string, text: string): Promise<void>;
}

const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

/** Neither server verifies signatures. Both read the region from them. */
export function createRawS3(url: string): RawS3 {
  const regions = new Map<string, string>();
  const put = async (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
    const region = regions.get(path.split(/[/?]/)[1]!) ?? 'us-east-1';
    const scope = `AKIAIOSFODNN7EXAMPLE/20261128/${region}/s3/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const answer = await fetch(`${url}${path}`, { method: 'PUT', headers: { ...headers, authorization }, body });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    async createBucket(name, region = 'us-east-1') {
      regions.set(name, region);
      const place = `<LocationConstraint>${region}</LocationConstraint>`;
      await put(
        `/${name}`,
        region === 'us-east-1' ? '' : `<CreateBucketConfiguration>${place}</CreateBucketConfiguration>`,
      );
    },
    publish: (name) => {
      const resource = `arn:aws:s3:::${name}/*`;
      const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: resource };
      return put(`/${name}?policy`, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
    },
    setAcl: (name, acl) => put(`/${name}?acl`, '', { 'x-amz-acl': acl }),
    block: (name) => {
      const settings = BLOCKS.map((one) => `<${one}>true</${one}>`).join('');
      const root = 'PublicAccessBlockConfiguration';
      return put(`/${name}?publicAccessBlock`, `<${root}>${settings}</${root}>`);
    },
    putPlain: (name, key, text) => put(`/${name}/${key}`, text),
  };
}
