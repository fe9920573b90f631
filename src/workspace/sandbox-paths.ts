/** Where the work tree is in every sandbox. */
export const workTree = '/workspace';

/**
 * A second git directory in the sandbox, with an index of the untouched base and no configuration that the agent
 * reaches by accident: what changed is asked here, whatever the agent did to the work tree's own `.git`.
 */
export const referenceGit = '/home/agent/.ai-fix/git';
