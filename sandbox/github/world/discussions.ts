/** Comments, reactions and commit statuses, and who may do what in a repository. */

/** The levels of a role, from the lowest. */
export const ROLES = ['read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A person's role in a repository. */
export interface Member {
  readonly level: Role;
  /** The name of a custom role. Default: that of the level. */
  readonly roleName?: string | undefined;
}

export interface CommentRecord {
  readonly id: number;
  /** `owner/name`. */
  readonly repository: string;
  /** Of the issue or pull request. */
  readonly number: number;
  body: string;
  /** `null`: the account was deleted. */
  readonly author: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  updatedAt: number;
}

export interface ReactionRecord {
  readonly id: number;
  readonly commentId: number;
  readonly content: string;
  readonly user: string;
  readonly createdAt: number;
}

export interface StatusRecord {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly url: string | null;
  readonly creator: string;
  readonly createdAt: number;
}

/** An issue that is no pull request. */
export interface Issue {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
}

/** All discussions of all repositories, oldest first. */
export class DiscussionStore {
  readonly issues: Issue[] = [];
  readonly comments: CommentRecord[] = [];
  readonly reactions: ReactionRecord[] = [];
  readonly statuses: StatusRecord[] = [];
  private readonly members = new Map<string, Member>();
  private nextId = 1_000_001;

  addComment(comment: Pick<CommentRecord, 'repository' | 'number' | 'body' | 'author'>): CommentRecord {
    const now = Date.now();
    const added = { ...comment, id: this.nextId++, createdAt: now, updatedAt: now };
    this.comments.push(added);
    return added;
  }

  /** @returns whether the comment was there */
  deleteComment(id: number): boolean {
    const at = this.comments.findIndex((comment) => comment.id === id);
    if (at >= 0) this.comments.splice(at, 1);
    return at >= 0;
  }

  /** @returns the reaction, and whether it is new */
  react(reaction: Pick<ReactionRecord, 'commentId' | 'content' | 'user'>): {
    reaction: ReactionRecord;
    isNew: boolean;
  } {
    const { commentId, content, user } = reaction;
    const same = this.reactions.find(
      (one) => one.commentId === commentId && one.content === content && one.user === user,
    );
    if (same) return { reaction: same, isNew: false };
    const added = { ...reaction, id: this.nextId++, createdAt: Date.now() };
    this.reactions.push(added);
    return { reaction: added, isNew: true };
  }

  addStatus(status: Omit<StatusRecord, 'id' | 'createdAt'>): StatusRecord {
    const added = { ...status, id: this.nextId++, createdAt: Date.now() };
    this.statuses.push(added);
    return added;
  }

  setMember(repository: string, login: string, member: Member): void {
    this.members.set(keyOf(repository, login), member);
  }

  /** `undefined` for a person without a role in the repository. */
  memberOf(repository: string, login: string): Member | undefined {
    return this.members.get(keyOf(repository, login));
  }
}

function keyOf(repository: string, login: string): string {
  return `${repository} ${login}`.toLowerCase();
}
