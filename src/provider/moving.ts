/**
 * Requests for an app that changes places: they wait while it does, and are passed on to where it is by then.
 * Whoever sent one notices nothing but the time.
 */
import type { Provider } from "../app/types.ts";
import { REHEARSAL } from "../app/usage.ts";
import { isWriting } from "../app/view.ts";
import { hasMoved, lookAgain, untilOpened } from "../client/follow.ts";
import { MarcotError } from "../errors.ts";
import { createPassage, type Passage, PASSED, type Passing } from "./passage.ts";
import type { Refuse } from "./reply.ts";
import { find, type Match } from "./router.ts";
import { answerHere, deadlineOf, fail, type Site, traceIdOf, type Visit } from "./server.ts";

/** What a request for a page waits at most, and one that is sent again. */
const MOVE_MS = 2_000;

export interface Moving {
  take(site: Site, visit: Visit, error?: MarcotError): void;
  close(): Promise<void>;
}

export function createMoving(): Moving {
  const passages = new Map<string, Passage>();
  const passageTo: PassageTo = (app, prefix, address) => {
    const key = `${app} ${address.href}`;
    const known = passages.get(key) ?? createPassage({ app, prefix, address, mayGoOn: false });
    passages.set(key, known);
    return known;
  };
  return {
    take(site, visit, error) {
      const { request, response } = visit;
      goOn({ site, visit, passageTo, ...aboutOf(site, visit) }, error).catch((thrown: unknown) => {
        if (!request.readableEnded) request.resume();
        fail(site, request, response, thrown);
      });
    },
    async close() {
      await Promise.all([...passages.values()].map((passage) => passage.close()));
    },
  };
}

type PassageTo = (app: string, prefix: string, address: URL) => Passage;

interface Course {
  readonly site: Site;
  readonly visit: Visit;
  readonly passageTo: PassageTo;
  readonly app: string;
  readonly match: Match | undefined;
  readonly deadline: number;
}

function aboutOf({ running }: Site, visit: Visit): Pick<Course, "app" | "match" | "deadline"> {
  const { mount, method, below, since } = visit;
  const { router } = mount;
  const match = found(() => find(router, method, below));
  const deadline = match
    ? deadlineOf(running, visit, match.route.endpoint.deadlineMs)
    : since + MOVE_MS;
  return { app: router.app, match, deadline };
}

/** What there is not here is told by whoever answers. */
function found(find: () => Match | undefined): Match | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

async function goOn(course: Course, moved: MarcotError | undefined): Promise<void> {
  const { site, visit, app, deadline } = course;
  const { running } = site;
  let error = moved;
  for (;;) {
    if (error !== undefined) await lookAgain(running, app, { deadline, error });
    error = undefined;
    const provider = running.providers.get(app);
    const remote = provider?.is === "held" && isRead(course) ? provider.remote : undefined;
    if (remote !== undefined && !isOwn(visit) && !isRehearsed(visit)) {
      error = await pass(course, remote);
      if (error === undefined) return;
    } else if (provider?.is === "held" && waits(course, provider.served !== undefined))
      await untilOpened(provider, nameOf(course), deadline);
    else if (isAnsweredHere(visit, provider)) return answerHere(site, visit);
    else {
      error = await pass(course, provider);
      if (error === undefined) return;
    }
  }
}

/** Resolves with the reason to try again. */
async function pass(course: Course, provider: Provider | undefined) {
  const { site, visit, app, passageTo } = course;
  if (provider?.is !== "remote") {
    const why = provider?.is === "absent" ? provider.why : `${app} is not provided`;
    // Whoever called may know more, or will in a moment: between two places nobody has it for some time.
    throw new MarcotError("AppMoved", `${nameOf(course)} cannot be asked here: ${why}`);
  }
  const { address } = provider;
  if (visit.request.headers[PASSED] !== undefined) {
    const message = `${nameOf(course)} came to where ${app} is not any more`;
    throw new MarcotError("AppMoved", message);
  }
  return passageTo(app, visit.mount.prefix, address).pass(visit, site.refuse);
}

function isRead({ match, visit }: Course): boolean {
  return match === undefined ? visit.method === "GET" : !match.route.isWrite;
}

/** Reads go on while writes wait, where the app has been until now; so do pages that are only looked at. */
function waits(course: Course, isAnswered: boolean): boolean {
  const { visit, app, match } = course;
  if (isOwn(visit) || isRehearsed(visit)) return false;
  if (!isAnswered) return true;
  if (match === undefined) return !isRead(course);
  return match.route.isWrite && !isWithin(visit, app);
}

/** As in `client/follow`: to hold what a write of the app itself has asked for would hold up that write. */
function isWithin({ request }: Visit, app: string): boolean {
  const traceId = traceIdOf(request);
  return traceId !== undefined && isWriting(app, traceId);
}

function isAnsweredHere(visit: Visit, provider: Provider | undefined): boolean {
  const isHere = provider?.is === "local" || provider?.is === "held" || provider?.is === "fake";
  return isHere || isOwn(visit) || isRehearsed(visit);
}

/**
 * What a process tells of itself; a service of one app stands at `/`, and tells all of it there. And `/faq`,
 * which leads to `/faq/`.
 */
function isOwn({ mount, below, request }: Visit): boolean {
  if (request.url?.split("?", 1)[0] === mount.prefix) return true;
  return below === "/-/live" || (mount.prefix === "" && below.startsWith("/-/"));
}

/** A read that is sent twice, to be compared: it is answered from the copy that is here. */
function isRehearsed({ method, request }: Visit): boolean {
  return method === "GET" && request.headers[REHEARSAL] === "1";
}

/** `POST /v1/create/ of faq`. */
function nameOf({ app, visit }: Course): string {
  return `${visit.method} ${visit.below} of ${app}`;
}

/** Passes a request on to where the settings say that the app is; again, while it changes places there. */
export async function passOn(
  { running }: Pick<Site, "running">,
  passage: Passage,
  passing: Passing,
  refuse: Refuse,
): Promise<void> {
  const deadline = performance.now() + MOVE_MS;
  const { request, response } = passing;
  try {
    for (;;) {
      const error = await passage.pass(passing, refuse);
      if (error === undefined) return;
      await lookAgain(running, passage.app, { deadline, error });
    }
  } catch (error) {
    if (!hasMoved(error)) throw error;
    refuse(request, response, error, { "retry-after": "1" });
  }
}
