/** The part of ncc's API that the build uses. The package declares no types. */
declare module '@vercel/ncc' {
  interface Options {
    readonly cache?: boolean;
    readonly quiet?: boolean;
    readonly minify?: boolean;
    readonly externals?: Readonly<Record<string, string>>;
  }
  export default function ncc(
    input: string,
    options?: Options,
  ): Promise<{ readonly code: string; readonly assets: Readonly<Record<string, unknown>> }>;
}
