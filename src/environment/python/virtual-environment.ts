/** Where Python packages are installed: Debian's own Python refuses them. */
export const virtualEnvironment = '/home/agent/venv';

/** What activates it. */
export const activation = {
  VIRTUAL_ENV: virtualEnvironment,
  PATH: `${virtualEnvironment}/bin:/home/agent/.local/bin:/usr/local/bin:/usr/bin:/bin`,
};
