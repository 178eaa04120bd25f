/** Where files and commits come from: what git or a folder gives to the readers. */

/** The files of a code base, of a working tree or of a commit. Nothing in it is ever run. */
export interface Tree {
  /** Absolute. */
  readonly root: string;
  /** Sorted; with `/`. Names that are not UTF-8 are left out and counted in `skipped`. */
  readonly files: readonly string[];
  /** What was not read, and why: links, large files, names that are no text. */
  readonly skipped: readonly { readonly file: string; readonly why: string }[];
  /** Those of the files that are not on disk, since only a part was checked out. */
  readonly notHere?: ReadonlySet<string>;
  /** Of a folder within a repository. */
  readonly within?: {
    /** From the top of the repository to here, with `/` at its end. */
    readonly prefix: string;
    /** All of the repository. Only opened for what files here refer to. */
    open(): Promise<Tree>;
  };
  /**
   * The text of files, in the order in which they were asked for; undefined for one that cannot be read. The next
   * one is read when `each` is done.
   */
  read(
    files: readonly string[],
    each: (file: string, text: string | undefined) => void | Promise<void>,
  ): Promise<void>;
}

/** What git says of the code base as a whole. */
export interface Repository {
  /** The top of the working tree, or the bare repository. */
  readonly root: string;
  /** What is read of it, from `root`: "" for all, else with a `/` at its end. */
  readonly prefix: string;
  readonly head: string;
  /** Of the newest commit that is looked at, in seconds since 1970. */
  readonly headTime: number;
  readonly isShallow: boolean;
  readonly isDirty: boolean;
  /** `https://github.com/mozilla/kitsune`, for links. */
  readonly origin: string | undefined;
}
