/**
 * Which Node can run this. It stands alone, so that it is asked before anything else is loaded: the
 * rest needs what older versions do not have, and would fail with a stack that names no reason.
 */

/** The first version that reads TypeScript without a flag; projects are written in it. */
const OLDEST = /** @type {const} */ ([22, 18]);

/**
 * What to tell the user of a Node that is too old; undefined for one that will do.
 *
 * @param {string} version
 * @returns {string | undefined}
 */
export function complaintAbout(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `marcot: this is Node ${version}, and Marcot needs ${OLDEST.join(".")} or newer. Install it from https://nodejs.org, or into the project with \`npm install -D node@24\`.`;
}
