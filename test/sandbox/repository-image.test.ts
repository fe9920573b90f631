import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createSandboxes } from '../../src/adapters.ts';
import { readConfig } from '../../src/config.ts';
import { outputText } from '../../src/core/command.ts';
import type { BuildContext, ImageSource } from '../../src/core/environment.ts';
import { removeEnvironments } from '../support/environments.ts';
import { testEngine } from '../support/sandbox.ts';

const engine = await testEngine();
const sandboxes = createSandboxes(engine, readConfig({}), { run: `image-${process.pid}`, keepAgent: false });
const made = new Set<string>();
afterAll(() => removeEnvironments(made));

const mark = `${process.pid}-${Date.now()}`;

function contextOf(files: Record<string, string>): BuildContext {
  const pack = () => {
    const archive = tar.pack();
    for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
    archive.finalize();
    return Readable.from(archive);
  };
  return { key: `${mark} ${JSON.stringify(files)}`, tar: pack };
}

async function start(source: ImageSource, files: Record<string, string> = {}) {
  const said: string[] = [];
  const signal = new AbortController().signal;
  const started = await sandboxes.startFrom(source, contextOf(files), (line) => said.push(line), signal);
  made.add(started.image);
  return { started, said };
}

/** What a script prints in the sandbox that an installation has. */
async function inInstall(
  source: ImageSource,
  files: Record<string, string>,
  script: string,
): Promise<string> {
  const { started } = await start(source, files);
  await using sandbox = await started.openForInstall(null);
  return outputText(await sandbox.run({ script, timeoutSeconds: 60 })).trim();
}

describe('an image that a repository names', () => {
  it('is made fit for sandboxes: a user, a work tree, a home, and git', async () => {
    const script =
      'whoami; pwd; touch a ~/b && git --version | cut -c1-11; ls /opt/ai-fix/reporters | grep -c .';
    const printed = await inInstall({ image: 'debian:bookworm-slim' }, {}, script);
    expect(printed).toMatch(/^agent\n\/workspace\ngit version\n\d+$/);
  });

  it('is taken as it was made before', async () => {
    const first = await start({ image: engine.image });
    const second = await start({ image: engine.image });
    expect(second.started.image).toBe(first.started.image);
    expect(second.said).toEqual([]);
  });

  it('that is not here and cannot be pulled is told by name', async () => {
    await expect(start({ image: 'localhost:1/no-such:image' })).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringMatching(/`image` .* names localhost:1\/no-such:image.*could not be pulled/),
    });
  });

  it('that has no shell is refused with what it needs', async () => {
    const archive = tar.pack();
    archive.entry({ name: 'file' }, mark);
    archive.finalize();
    const repo = `ai-fix-test-shell-less-${process.pid}`;
    made.add(`${repo}:latest`);
    const stream = await engine.docker.importImage(Readable.from(archive), { repo, tag: 'latest' });
    await new Promise((resolve, reject) => {
      engine.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve(null)));
    });
    await expect(start({ image: `${repo}:latest` })).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringMatching(/cannot start from .*\nIt needs \/bin\/sh, bash, git/s),
    });
  });
});

describe('a Dockerfile of a repository', () => {
  it('is built with the files of the repository', async () => {
    const files = {
      'ci/Dockerfile': `FROM ${engine.image}\nUSER root\nCOPY data/word /opt/word\nRUN id -u > /opt/user\n`,
      'data/word': mark,
    };
    expect(await inInstall({ dockerfile: 'ci/Dockerfile' }, files, 'cat /opt/word /opt/user; id -u')).toBe(
      `${mark}0\n10001`,
    );
  });

  it('that fails is told with the end of what it said', async () => {
    const files = { Dockerfile: `FROM ${engine.image}\nRUN echo what went wrong && false\n` };
    await expect(start({ dockerfile: 'Dockerfile' }, files)).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringMatching(
        /Dockerfile, which .* names as `dockerfile`, could not be built.*what went wrong/s,
      ),
    });
  });

  it('that is not there is told by its path', async () => {
    await expect(start({ dockerfile: 'no/Dockerfile' }, {})).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringContaining('no/Dockerfile'),
    });
  });
});
