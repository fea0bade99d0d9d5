import sodium from 'libsodium-wrappers';

interface Variable {
  value: string;
  readonly createdAt: string;
  updatedAt: string;
}

interface Secret {
  readonly createdAt: string;
  updatedAt: string;
  /** As the client encrypted it, in base64. */
  readonly sealed: string;
}

export interface Pull {
  readonly number: number;
  readonly repository: string;
  readonly title: string;
  body: string;
  /** Branches. */
  readonly head: string;
  readonly base: string;
  state: 'open' | 'closed';
  /** Default: the owner of the repository. `null`: the account was deleted. */
  readonly author?: string | null;
  /** `owner/name` of a fork; `null`: the fork was deleted. Default: the repository itself. */
  headRepository?: string | null;
  /** Default: the commit of the branch. */
  headSha?: string;
  /** When the head's repository was last pushed to, in ms since the epoch. Default: long ago. */
  pushedAt?: number;
}

/** What the workflows of one repository read: its variables, and its secrets, which only this class can decrypt. */
export class RepositorySettings {
  readonly variables = new Map<string, Variable>();
  readonly secrets = new Map<string, Secret>();
  readonly keyId = '568250167242549743';
  private readonly pair = sodium.crypto_box_keypair();

  /** The key for secrets, in base64. */
  get publicKey(): string {
    return Buffer.from(this.pair.publicKey).toString('base64');
  }

  /** @throws Error if the secret was not encrypted for this repository */
  readSecret(name: string): string | undefined {
    const secret = this.secrets.get(name.toUpperCase());
    if (!secret) return undefined;
    const { publicKey, privateKey } = this.pair;
    const opened = sodium.crypto_box_seal_open(Buffer.from(secret.sealed, 'base64'), publicKey, privateKey);
    return Buffer.from(opened).toString('utf8');
  }
}

/** The settings of all repositories, and their pull requests. */
export class SettingsStore {
  readonly pulls: Pull[] = [];
  private readonly all = new Map<string, RepositorySettings>();

  of(repository: string): RepositorySettings {
    const name = repository.toLowerCase();
    const settings = this.all.get(name) ?? new RepositorySettings();
    this.all.set(name, settings);
    return settings;
  }
}

await sodium.ready;
