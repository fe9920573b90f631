import { join } from 'node:path';
import { announce, announceInstallation, announceIssue } from './announce.ts';
import { createPersonalToken } from './auth.ts';
import { createBareRepository, type InitialFiles } from './git/repository.ts';
import { emailOf, nowOf, renderListedRepository } from './render/accounts.ts';
import { personOf } from './render/git.ts';
import { renderIssue } from './render/issues.ts';
import { renderRepository } from './render/repositories.ts';
import { repositoriesOf } from './routes/app.ts';
import { announceRun, checkRunById } from './routes/checks.ts';
import {
  type Account,
  findAccount,
  findRepository,
  type Installation,
  type Issue,
  type Level,
  type Repository,
  type World,
} from './state.ts';

/** What happens on GitHub outside its REST API: in settings pages and behind buttons. */
export type Seeding = ReturnType<typeof createSeeding>;

export interface RepositoryOptions {
  files: InitialFiles;
  private?: boolean;
  defaultBranch?: string;
}

const defaultLabels = {
  bug: "Something isn't working",
  documentation: 'Improvements or additions to documentation',
  enhancement: 'New feature or request',
  'good first issue': 'Good for newcomers',
};

export function createSeeding(world: World) {
  const accountNamed = (login: string): Account => found(findAccount(world, login), `account ${login}`);
  const repositoryNamed = (name: string): Repository => {
    const [owner = '', repository = ''] = name.split('/');
    return found(findRepository(world, owner, repository), `repository ${name}`);
  };
  const addAccount = (login: string, type: Account['type']): Account => {
    const account = { id: world.nextId(), login, type, createdAt: nowOf(world) };
    world.accounts.set(login.toLowerCase(), account);
    return account;
  };
  const installationOn = (owner: string): Installation => {
    const of = accountNamed(owner);
    return found(
      world.installations.values().find(({ account }) => account === of),
      `installation on ${owner}`,
    );
  };
  const installationFacts = (installation: Installation, action: string) => ({
    action,
    repositories: repositoriesOf(world, installation).map(renderListedRepository),
    requester: null,
  });
  const idsOf = (owner: string, names: readonly string[]) =>
    new Set(names.map((name) => repositoryNamed(`${owner}/${name}`).id));

  return {
    createOrganisation: (login: string): Account => addAccount(login, 'Organization'),
    createUser: (login: string): Account => addAccount(login, 'User'),

    /** Makes somebody a member of an organisation; owners are administrators everywhere in it. */
    addMember(organisation: string, login: string, role: 'admin' | 'member' = 'member'): void {
      const { id } = accountNamed(organisation);
      const members = world.members.get(id) ?? new Map();
      world.members.set(id, members.set(accountNamed(login).id, role));
    },

    async createRepository(owner: string, name: string, options: RepositoryOptions): Promise<Repository> {
      const account = accountNamed(owner);
      const id = world.nextId();
      const now = nowOf(world);
      const defaultBranch = options.defaultBranch ?? 'main';
      const git = join(world.directory, `${id}.git`);
      await createBareRepository(
        git,
        defaultBranch,
        options.files,
        personOf(world, account, emailOf(account)),
      );
      const repository: Repository = {
        id,
        owner: account,
        name,
        private: options.private ?? false,
        archived: false,
        hasIssues: true,
        defaultBranch,
        git,
        createdAt: now,
        pushedAt: now,
        permissions: new Map(),
        protectedBranches: new Set(),
        labels: Object.entries(defaultLabels).map(([label, description]) => ({
          id: world.nextId(),
          name: label,
          color: 'd73a4a',
          description,
          default: true,
        })),
        issues: new Map(),
        lastNumber: 0,
        movedIssues: new Map(),
        suites: [],
        checkRuns: [],
        statuses: [],
      };
      world.repositories.set(id, repository);
      return repository;
    },

    /** Gives a repository another name or owner; who uses the former one is sent on. */
    renameRepository(repository: string, owner: string, name: string): void {
      const renamed = repositoryNamed(repository);
      world.formerNames.set(repository.toLowerCase(), renamed);
      renamed.owner = accountNamed(owner);
      renamed.name = name;
    },
    /** Takes a repository away, as its owner can. */
    deleteRepository(repository: string): void {
      world.repositories.delete(repositoryNamed(repository).id);
    },
    setPermission(repository: string, login: string, level: Level): void {
      repositoryNamed(repository).permissions.set(accountNamed(login).id, level);
    },
    setArchived(repository: string, archived = true): void {
      repositoryNamed(repository).archived = archived;
    },
    setIssuesEnabled(repository: string, enabled: boolean): void {
      repositoryNamed(repository).hasIssues = enabled;
    },
    protectBranch(repository: string, branch: string): void {
      repositoryNamed(repository).protectedBranches.add(branch);
    },

    /** Installs the App, by whoever is said to have done it. */
    installApp(
      owner: string,
      { repositories = 'all', by = owner }: { repositories?: 'all' | string[]; by?: string } = {},
    ): number {
      const now = nowOf(world);
      const installation: Installation = {
        id: world.nextId(),
        account: accountNamed(owner),
        repositories: repositories === 'all' ? 'all' : idsOf(owner, repositories),
        permissions: world.app.permissions,
        suspendedAt: null,
        suspendedBy: null,
        createdAt: now,
        updatedAt: now,
      };
      world.installations.set(installation.id, installation);
      const facts = installationFacts(installation, 'created');
      announceInstallation(world, 'installation', installation, accountNamed(by), facts);
      return installation.id;
    },

    uninstall(owner: string, by = owner): void {
      const installation = installationOn(owner);
      const facts = installationFacts(installation, 'deleted');
      announceInstallation(world, 'installation', installation, accountNamed(by), facts);
      world.installations.delete(installation.id);
      for (const [secret, token] of world.tokens) {
        if (token.kind === 'installation' && token.installation === installation) world.tokens.delete(secret);
      }
    },

    suspend(owner: string, by = owner): void {
      const installation = installationOn(owner);
      installation.suspendedAt = nowOf(world);
      installation.suspendedBy = accountNamed(by);
      const facts = installationFacts(installation, 'suspend');
      announceInstallation(world, 'installation', installation, accountNamed(by), facts);
    },

    unsuspend(owner: string, by = owner): void {
      const installation = installationOn(owner);
      installation.suspendedAt = null;
      installation.suspendedBy = null;
      const facts = installationFacts(installation, 'unsuspend');
      announceInstallation(world, 'installation', installation, accountNamed(by), facts);
    },

    /** Gives an installation other repositories: those that it gets and those that it loses are announced. */
    selectRepositories(owner: string, names: string[], by = owner): void {
      const installation = installationOn(owner);
      const before = new Set(repositoriesOf(world, installation));
      installation.repositories = idsOf(owner, names);
      const after = new Set(repositoriesOf(world, installation));
      const [added, removed] = [[...after.difference(before)], [...before.difference(after)]];
      for (const action of ['added', 'removed'] as const) {
        const changed = action === 'added' ? added : removed;
        if (changed.length === 0) continue;
        announceInstallation(world, 'installation_repositories', installation, accountNamed(by), {
          action,
          repository_selection: 'selected',
          repositories_added: action === 'added' ? changed.map(renderListedRepository) : [],
          repositories_removed: action === 'removed' ? changed.map(renderListedRepository) : [],
          requester: null,
        });
      }
    },

    /** A personal token: with it a person does things over REST and git. */
    tokenFor: (login: string): string => createPersonalToken(world, accountNamed(login)),

    /** Presses a button that a check run offers. */
    async pressButton(
      repository: string,
      checkRun: number,
      identifier: string,
      login: string,
    ): Promise<void> {
      const on = repositoryNamed(repository);
      const run = checkRunById(on, checkRun);
      found(
        run.actions.find((action) => action.identifier === identifier),
        `button ${identifier}`,
      );
      const facts = { requested_action: { identifier } };
      await announceRun(world, on, run, accountNamed(login), 'requested_action', facts);
    },

    async deleteIssue(repository: string, number: number, login: string): Promise<void> {
      const on = repositoryNamed(repository);
      const issue = issueNumbered(on, number);
      on.issues.delete(number);
      await announceIssue(world, on, issue, accountNamed(login), 'deleted');
    },

    /** Moves an issue to another repository, where it gets a new number. */
    transferIssue(repository: string, number: number, target: string, login: string): number {
      const [from, to] = [repositoryNamed(repository), repositoryNamed(target)];
      const issue = issueNumbered(from, number);
      to.lastNumber += 1;
      const moved = { ...issue, id: world.nextId(), number: to.lastNumber };
      to.issues.set(moved.number, moved);
      announce(world, 'issues', from, accountNamed(login), {
        action: 'transferred',
        issue: renderIssue(world, from, issue),
        changes: { new_issue: renderIssue(world, to, moved), new_repository: renderRepository(world, to) },
      });
      from.issues.delete(number);
      from.movedIssues.set(number, { repository: to, number: moved.number });
      return moved.number;
    },
  };
}

function issueNumbered(repository: Repository, number: number): Issue {
  return found(repository.issues.get(number), `issue ${number}`);
}

function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`this GitHub has no ${what}`);
  return value;
}
