#!/usr/bin/env node
// Starts ai-fix under the Node it needs. Plain JavaScript that any Node can read: an old one is told what to do.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const needed = 24;

function bundledNode() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

if (Number(process.versions.node.split('.')[0]) >= needed) {
  const built = new URL('../dist/cli.js', import.meta.url);
  const source = new URL('../src/cli.ts', import.meta.url);
  const { main } = await import((existsSync(source) ? source : built).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = bundledNode();
  if (node === undefined) {
    console.error(
      `ai-fix needs Node ${needed} or newer, this is ${process.version}: install it, for example with your version manager.`,
    );
    process.exitCode = 2;
  } else {
    const { status, signal } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
    process.exitCode = status ?? (signal === null ? 1 : 130);
  }
}
