/** Work that is begun and ended any number of times, and never goes on twice at once. */

/** A database that was away is back soon, as a rule; sooner would only fill the log. */
const RETRY_MS = 1000;

interface Stoppable {
  stop(): Promise<void>;
}

export interface Course {
  /** Begins. Rejects when that fails. */
  begin(): Promise<void>;
  /** Begins, and tries it again where that fails, until it is to pause. Never rejects. */
  resume(): Promise<void>;
  /** Resolves when what had begun has ended, or when `resume` was called since. */
  pause(): Promise<void>;
  /** For good. */
  end(): Promise<void>;
}

export interface CourseOptions {
  readonly start: () => Promise<Stoppable>;
  /** Told when `resume` could not begin. */
  readonly onFailure: (error: unknown) => void;
}

/** What is wanted is decided at once; what is done for it waits for its turn, and looks again. */
export function courseOf({ start, onFailure }: CourseOptions): Course {
  let isWanted = false;
  let isOver = false;
  let work: Stoppable | undefined;
  let last: Promise<void> = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const done = last.then(act);
    last = done.catch(() => {});
    return done;
  };
  const begin = () =>
    inTurn(async () => {
      if (isWanted && work === undefined) work = await start();
    });
  const tryToBegin = async (): Promise<void> => {
    try {
      await begin();
    } catch (error) {
      onFailure(error);
      clearTimeout(retry);
      retry = setTimeout(() => void tryToBegin(), RETRY_MS);
      retry.unref();
    }
  };
  const pause = () => {
    isWanted = false;
    clearTimeout(retry);
    return inTurn(async () => {
      if (isWanted || work === undefined) return;
      const ending = work;
      work = undefined;
      await ending.stop();
    });
  };
  return {
    begin() {
      isWanted = !isOver;
      return begin();
    },
    resume() {
      isWanted = !isOver;
      return tryToBegin();
    },
    pause,
    end() {
      isOver = true;
      return pause();
    },
  };
}
