import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PYTHON = join(root, '.peers/venv/bin/python');
const TERRAFORM = join(root, 'scripts/peers-tools/terraform/terraform.py');
/** The folder of the stand-in for the provider hashicorp/aws. */
const PROVIDERS = join(root, '.peers/bin');
const MODULE = join(root, 'iam/terraform');

export type Variables = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, unknown>>;

interface Shown {
  readonly values: {
    readonly outputs?: Readonly<Record<string, { readonly value: unknown }>>;
    readonly root_module: { readonly resources: readonly { readonly address: string; readonly values: Values }[] };
  };
}

export interface Applied {
  /** Each resource by its address, such as `aws_iam_role.reap`. */
  readonly resources: Readonly<Record<string, Values>>;
  readonly outputs: Values;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Copies of the module, on the real Terraform with the stand-in for its provider. */
export class TerraformWorld {
  private readonly folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  private readonly configuration = join(this.folder, 'terraform.rc');
  private copies = 0;

  constructor() {
    if (!existsSync(join(PROVIDERS, 'terraform-provider-aws'))) throw new Error('Run scripts/peers.sh first.');
    const overrides = `dev_overrides {\n "hashicorp/aws" = ${JSON.stringify(PROVIDERS)}\n }`;
    writeFileSync(this.configuration, `provider_installation {\n ${overrides}\n}\n`);
  }

  async apply(variables: Variables): Promise<Applied> {
    const copy = this.copy(variables);
    const applied = await this.run(copy, 'apply', '-auto-approve', '-no-color', '-input=false');
    if (applied.code !== 0) throw new Error(applied.stderr);
    const { values } = JSON.parse((await this.run(copy, 'show', '-json')).stdout) as Shown;
    return {
      resources: Object.fromEntries(values.root_module.resources.map((one) => [one.address, one.values])),
      outputs: Object.fromEntries(Object.entries(values.outputs ?? {}).map(([name, { value }]) => [name, value])),
    };
  }

  /** What Terraform says against these variables, or '' if it would create everything. */
  async refusal(variables: Variables): Promise<string> {
    const { code, stderr } = await this.run(this.copy(variables), 'plan', '-no-color', '-input=false');
    return code === 0 ? '' : stderr.replace(/\s+/g, ' ');
  }

  /** What Terraform says when all that it has created is to be destroyed. */
  async destroy(variables: Variables): Promise<Ended> {
    const copy = this.copy(variables);
    const applied = await this.run(copy, 'apply', '-auto-approve', '-no-color', '-input=false');
    if (applied.code !== 0) throw new Error(applied.stderr);
    return this.run(copy, 'destroy', '-auto-approve', '-no-color');
  }

  variables(): string[] {
    const text = readFileSync(join(MODULE, 'variables.tf'), 'utf8');
    return [...text.matchAll(/^variable "(\w+)"/gm)].map(([, name = '']) => name);
  }

  /** The answer of `terraform` about the module as it is. */
  ask(...args: readonly string[]): Promise<Ended> {
    return this.run(MODULE, ...args);
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  private copy(variables: Variables): string {
    const folder = join(this.folder, `${(this.copies += 1)}`);
    cpSync(MODULE, folder, { recursive: true });
    writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
    return folder;
  }

  private run(cwd: string, ...args: readonly string[]): Promise<Ended> {
    const env = { TF_CLI_CONFIG_FILE: this.configuration, CHECKPOINT_DISABLE: '1', HOME: this.folder };
    return new Promise((resolve) => {
      execFile(PYTHON, [TERRAFORM, ...args], { cwd, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });
  }
}
