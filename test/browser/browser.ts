/**
 * A real browser for tests. On Linux (x64) it comes inside an npm package; elsewhere the Chrome that is
 * installed is used. It reaches this machine and nothing else.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { withLock } from "../../src/data/lock.ts";

/** Names resolve to nothing, so that what a page asked of another host fails, and `faults` tells of it. */
const ARGS = [
  "--disable-background-networking",
  "--no-first-run",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const INSTALL =
  "no browser: install Google Chrome (https://www.google.com/chrome/), then run the tests again";

export type Opened = { readonly browser: Browser } | { readonly missing: string };

/** Opens the browser. Where there is none: says what to install, and on CI fails. */
export async function openBrowser(): Promise<Opened> {
  const isPacked = process.platform === "linux" && process.arch === "x64";
  try {
    return { browser: isPacked ? await openPacked() : await openInstalled() };
  } catch (cause) {
    if (isPacked || process.env["CI"]) throw cause;
    return { missing: INSTALL };
  }
}

function openInstalled(): Promise<Browser> {
  return chromium.launch({ channel: "chrome", args: ARGS });
}

/** Root, and a container, cannot have Chromium's sandbox; only our own pages are shown in it. */
const PACKED_ARGS = ["--no-sandbox", "--no-zygote", "--font-render-hinting=none", ...ARGS];

/**
 * The package unpacks itself into the system's temporary folder, and takes a half written file there
 * for a whole one. So it gets a folder of our own, and test files wait for each other.
 */
async function openPacked(): Promise<Browser> {
  const folder = join(tmpdir(), `marcot-browser-${userInfo().uid}`);
  await mkdir(folder, { mode: 0o700, recursive: true });
  const executablePath = await withLock(join(folder, "lock"), () => unpack(folder));
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") };
  return chromium.launch({ executablePath, args: PACKED_ARGS, env });
}

async function unpack(folder: string): Promise<string> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    const executablePath = await packed.executablePath();
    // Its own file names another folder. With its font alone, text is as wide on every machine.
    const fonts = `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>`;
    await writeFile(join(folder, "fonts.conf"), fonts);
    return executablePath;
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

export interface Watched {
  readonly page: Page;
  /** What no page may do: errors in the console, refused content, lost files, requests to elsewhere. */
  readonly faults: string[];
}

/** A page of its own, without cookies or cache of another, and a note of all that goes wrong in it. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    // The status of a page itself is the test's to judge; that of all else is noted below.
    const isStatus = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isStatus) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== "data:" && hostname !== "127.0.0.1") faults.push(`asked ${request.url()}`);
  });
  page.on("response", (response) => {
    const isPage = response.request().isNavigationRequest();
    if (!isPage && response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
  return { page, faults };
}
