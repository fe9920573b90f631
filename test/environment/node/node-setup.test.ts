import { afterAll, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { outputText } from '../../../src/core/command.ts';
import { nodeSetup } from '../../../src/environment/node/node-version.ts';
import { setUp } from '../../../src/environment/set-up.ts';
import { createSandboxes } from '../../../src/main.ts';
import { removeEnvironments } from '../../support/environments.ts';
import { testEngine } from '../../support/sandbox.ts';

const made = new Set<string>();
afterAll(() => removeEnvironments(made));

it('gives an older Node, an npm that runs on it, and the headers that belong to it', async () => {
  const engine = await testEngine();
  const sandboxes = createSandboxes(engine, readConfig({}), { run: `node-${process.pid}`, keepAgent: false });
  const commands = [...nodeSetup(16), `: ${process.pid}-${Date.now()}`];
  const image = await setUp(commands, sandboxes, () => {}, new AbortController().signal);
  made.add(image as string);
  await using sandbox = await sandboxes.openForInstall(image);
  const script = `node --version && npm --version && npm exec --offline -- node -p 1 && grep -h 'define NODE_MAJOR' "$npm_package_config_node_gyp_nodedir/include/node/node_version.h"`;
  const printed = outputText(await sandbox.run({ script, timeoutSeconds: 60 }));
  expect(printed).toMatch(/^v16\.\d+\.\d+\n8\.\d+\.\d+\n1\n#define NODE_MAJOR_VERSION 16\n$/);
});
