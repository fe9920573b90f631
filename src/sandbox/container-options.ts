import type { ContainerCreateOptions } from 'dockerode';
import type { SandboxLimits } from './limits.ts';
import { type Owner, printOwner } from './owner.ts';

const runnerPath = '/opt/ai-fix/runner';
const agentUser = '10001:10001';
const homeDirectory = '/home/agent';

export const labels = {
  run: 'ai-fix.run',
  purpose: 'ai-fix.purpose',
  /** Unix seconds after which the reaper removes the container, whoever made it. */
  deadline: 'ai-fix.deadline',
  /** The process that made it, see `Owner`; empty on sandboxes that are to outlive it. */
  owner: 'ai-fix.owner',
} as const;

export interface SandboxSpec {
  image: string;
  runId: string;
  purpose: 'setup' | 'prepare' | 'agent' | 'baseline' | 'verify' | 'check';
  /** `bridge` only while the system is set up and dependencies are installed. */
  network: 'none' | 'bridge';
  env: Record<string, string>;
  limits: SandboxLimits;
  lifetimeSeconds: number;
  /** Survives this process, for a person to look into. */
  keep?: boolean;
  /** The process that it must not outlive. */
  owner?: Owner;
}

/** Colour, locale and time zone as on no particular machine; no pager and no prompt, for there is nobody to answer. */
const neutralEnvironment = {
  PATH: `${homeDirectory}/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  HOME: homeDirectory,
  USER: 'agent',
  LANG: 'C.UTF-8',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  MANPAGER: 'cat',
  LESS: '-R',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  DEBIAN_FRONTEND: 'noninteractive',
  PIP_PROGRESS_BAR: 'off',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  TQDM_DISABLE: '1',
  PYTHONUNBUFFERED: '1',
  HUSKY: '0',
  SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
} as const;

/** What a set-up's root has instead of the agent's home, which must not fill with files that the agent cannot change. */
const rootEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
} as const;

/**
 * What apt and dpkg need to put files of all owners in place, and the runner to end their processes. Without SETFCAP no
 * file gets a capability.
 */
const setupCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID'];

/** Without a network a package manager should say so at once instead of trying again for a minute. */
const offlineEnvironment = {
  npm_config_offline: 'true',
  npm_config_fetch_retries: '0',
  npm_config_manage_package_manager_versions: 'false',
  PIP_RETRIES: '0',
  UV_OFFLINE: '1',
  CARGO_NET_OFFLINE: 'true',
  GOPROXY: 'off',
} as const;

/** What an Engine may lack. */
export interface EngineAbilities {
  /** It limits the size of a container's own layer, see `hasSizeOption`. */
  sizeOption: boolean;
  /** Its kernel has IPv6. */
  ipv6: boolean;
}

/** The one place that says what a sandbox is made of. Each line has a test that goes red without it. */
export function containerOptions(
  spec: SandboxSpec,
  now: Date,
  engine: EngineAbilities,
): ContainerCreateOptions {
  const { limits } = spec;
  const isSetup = spec.purpose === 'setup';
  const expiresAt = Math.ceil(now.getTime() / 1000) + spec.lifetimeSeconds;
  const env = {
    ...neutralEnvironment,
    ...(isSetup ? rootEnvironment : {}),
    ...(spec.network === 'none' ? offlineEnvironment : {}),
    ...spec.env,
  };
  return {
    Image: spec.image,
    Entrypoint: [runnerPath],
    Cmd: [
      ...['--free-bytes', String(limits.freeBytes)],
      ...['--free-inodes', String(limits.freeInodes)],
      ...['--expires-at', String(expiresAt)],
    ],
    User: isSetup ? '0:0' : agentUser,
    WorkingDir: '/',
    Hostname: 'sandbox',
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [labels.run]: spec.runId,
      [labels.purpose]: spec.purpose,
      [labels.deadline]: String(expiresAt + 60),
      [labels.owner]: spec.owner === undefined || spec.keep === true ? '' : printOwner(spec.owner),
    },
    Healthcheck: { Test: ['NONE'] },
    OpenStdin: true,
    StdinOnce: spec.keep !== true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    HostConfig: {
      AutoRemove: spec.keep !== true,
      NetworkMode: spec.network,
      CapDrop: ['ALL'],
      ...(isSetup ? { CapAdd: setupCapabilities } : {}),
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: limits.processes,
      Memory: limits.memory,
      MemorySwap: limits.memory,
      NanoCpus: Math.round(limits.cpus * 1e9),
      OomScoreAdj: 500,
      ShmSize: limits.sharedMemory,
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${limits.tmp}` },
      Ulimits: [
        { Name: 'fsize', Soft: limits.file, Hard: limits.file },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      IpcMode: 'private',
      // servers under test listen on `::1` where people and CI run them; Docker turns it off
      ...(engine.ipv6 ? { Sysctls: { 'net.ipv6.conf.lo.disable_ipv6': '0' } } : {}),
      ...(engine.sizeOption ? { StorageOpt: { size: String(limits.disk) } } : {}),
    },
  };
}
