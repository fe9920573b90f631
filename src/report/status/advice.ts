import type { ErrorCode } from '../../core/errors.ts';
import { configExample } from './config-example.ts';

/** What an expected failure means to people on GitHub, and what they can do. */
export interface Advice {
  /** One sentence. */
  what: string;
  /** What to do next, without how to start again. */
  next: string;
  /** Whether the failure's own words are about the repository: others tell of the server, and stay in its log. */
  showWords: boolean;
  /** What to put into .github/ai-fix.yml. */
  example?: string;
}

const admin = 'Whoever runs this App';
const theAdmin = 'whoever runs this App';

const ofRepository = (what: string, next: string, example?: string): Advice => ({
  what,
  next,
  showWords: true,
  ...(example === undefined ? {} : { example }),
});
const ofServer = (what: string, next: string): Advice => ({ what, next, showWords: false });

const modelBroken = ofServer(
  'The model gave no usable answer, also after several tries.',
  'This is mostly over after a while.',
);

const sandboxLost = ofServer(
  'The sandbox in which the work was done broke down.',
  `If it happens again, tell ${theAdmin}.`,
);

const advice: Partial<Record<ErrorCode, Advice>> = {
  not_a_repository: ofServer(
    'The repository could not be read.',
    `${admin} can see why in the log of the server.`,
  ),
  empty_repository: ofRepository(
    'The repository has no commit yet, so there is nothing to fix.',
    'Push a first commit.',
  ),
  unknown_revision: ofRepository(
    'The commit to start from does not exist any more.',
    'This happens after a forced push.',
  ),
  bad_issue: ofRepository(
    'The issue has no text that can be worked on.',
    'Write what happens, what should happen, and how to see it.',
  ),
  bad_config: ofRepository('`.github/ai-fix.yml` has mistakes.', 'Correct it on the base branch.'),
  no_environment: ofRepository(
    'It is not clear how this repository is installed and tested.',
    'Say it in `.github/ai-fix.yml` on the base branch, for example:',
    configExample,
  ),
  install_failed: ofRepository(
    'The dependencies could not be installed.',
    'If they are installed in another way, say how in `.github/ai-fix.yml` on the base branch, for example:',
    configExample,
  ),
  tests_do_not_start: ofRepository(
    'The tests do not run on the base commit, so no fix could be shown to work.',
    'Say in `.github/ai-fix.yml` on the base branch how they are built and run, for example:',
    configExample,
  ),
  change_refused: ofRepository(
    'The change touches what the bot must not change, or is too large, so it was not published.',
    'Say in the issue what to leave alone, or split it into smaller issues.',
  ),
  not_permitted: ofRepository(
    'Who asked for this may not write to the repository any more, so nothing was published.',
    'Somebody who may can ask again.',
  ),
  publish_failed: ofRepository(
    'The change was tested, but could not be published.',
    'See what was said about it below, and put that right.',
  ),
  engine_unavailable: ofServer(
    'The server could not start a sandbox: its Docker Engine does not answer.',
    `${admin} must start it.`,
  ),
  image_unavailable: ofServer(
    'The server could not start a sandbox: its image is missing.',
    `${admin} can see why in the log of the server.`,
  ),
  sandbox_died: sandboxLost,
  sandbox_command_failed: sandboxLost,
  disk_full: ofServer("The server's disk is full.", `${admin} must make room.`),
  git_failed: ofServer(
    'Fetching or writing the repository with git failed.',
    `If it happens again, tell ${theAdmin}.`,
  ),
  github_not_found: ofRepository(
    'What this needs is not on GitHub any more, or the App may not see it.',
    'See below what it is. If the repository was renamed or moved, the App must be installed where it is now.',
  ),
  github_forbidden: ofRepository(
    'GitHub does not allow the App to do this.',
    'See below what GitHub said; somebody who administers the repository can put it right.',
  ),
  github_unauthorised: ofServer(
    'GitHub does not accept the credentials of this App.',
    `${admin} must check its key and the clock of its server.`,
  ),
  github_rejected: ofRepository(
    'GitHub turned down what the App asked for.',
    `See below what GitHub said. If it does not help, tell ${theAdmin}.`,
  ),
  github_unreachable: ofServer(
    'GitHub gave no usable answer, also after several tries.',
    'This is mostly over after a while; https://www.githubstatus.com shows known faults.',
  ),
  rate_limited: ofServer(
    "GitHub's limit for the requests of this App was used up for longer than could be waited.",
    'Wait an hour: then the limit has passed.',
  ),
  model_unreachable: ofServer(
    'The model could not be reached, also after several tries.',
    `This is mostly over after a while; if not, ${theAdmin} must check the address and the network.`,
  ),
  model_refused_key: ofServer(
    'The model refused the key of this App.',
    `${admin} must set a valid \`DEEPSEEK_API_KEY\`.`,
  ),
  model_out_of_money: ofServer('The account for the model has no money left.', `${admin} must top it up.`),
  model_unknown: ofServer(
    'The model that this App is set to use does not exist.',
    `${admin} must check \`AI_FIX_MODEL\` and \`DEEPSEEK_BASE_URL\`.`,
  ),
  model_rejected_request: ofServer(
    'The model refused the request.',
    `${admin} can see why in the log of the server.`,
  ),
  model_rate_limited: ofServer(
    'The model is asked too often at the moment, and still was after several tries.',
    'Wait a while.',
  ),
  worker_died: ofRepository(
    'The server broke down each time it worked on this, so it was given up.',
    `${admin} can see why in the log of the server; often its memory is too small.`,
  ),
  data_corrupt: ofRepository(
    'What the server keeps of this run is damaged.',
    `${admin} should look at its disk, and restore a backup if there is more like it.`,
  ),
  context_overflow: ofServer(
    'The work became longer than the model can remember.',
    'A smaller issue, or one that names the files it is about, helps.',
  ),
  model_broken_answer: modelBroken,
};

const unexpected: Advice = {
  what: 'Something unexpected went wrong.',
  next: `If it happens again, tell ${theAdmin}.`,
  showWords: true,
};

/** Advice for a failure; without a code it is one that nobody expected. */
export function adviceFor(code: ErrorCode | null): Advice {
  return (code === null ? undefined : advice[code]) ?? unexpected;
}
