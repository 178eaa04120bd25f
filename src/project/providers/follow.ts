/**
 * A running project follows `marcot.providers` of its databases: where an app is changes without a restart.
 * A variable such as FAQ_API wins: what it says is not followed.
 */
import type { Background, Log, Provider, RemoteProvider } from "../../app/types.ts";
import { withConnection } from "../../data/database.ts";
import type { Listed, OwnerUrls, ProjectPlan } from "../plan.ts";
import type { Ledger } from "../usage/ledger.ts";
import { type Control, openControl } from "./control.ts";
import type { SeenRow } from "./row.ts";
import { createPlace, type Place } from "./place.ts";

/** Told of an address before calls go there, and when none go there any more. */
export type RemoteListener = (provider: RemoteProvider, isUsed: boolean) => void;

export type RowListener = (app: string, row: SeenRow | undefined) => void;

export interface Follower {
  /** What is in force for an app; undefined where it is where the settings say. */
  rowOf(app: string): SeenRow | undefined;
  /** Reads the row of an app again. Never rejects. */
  look(app: string): Promise<void>;
  /** What goes on beside the calls: to be stopped before an app leaves. Where nothing does, there is none. */
  attach(background: Promise<Background>): void;
  /** From now on, and of the addresses that are used already. */
  onRemote(listener: RemoteListener): void;
  /** Told of each app's row when it has been read, and of the rows that are known already. */
  onRow(listener: RowListener): void;
  /** The owner's URL of the database that has an app. */
  ownerUrl(app: string): Promise<string>;
  /** Begins to put providers into `providers`, which has what the settings say. */
  begin(providers: Map<string, Provider>, ledger: Ledger): void;
  close(): Promise<void>;
}

export interface FollowOptions {
  readonly plan: ProjectPlan;
  readonly owner: OwnerUrls;
  readonly log: Log;
}

interface State extends FollowOptions {
  /** By the setting of the database. */
  readonly controls: Map<string, Control>;
  readonly rows: Map<string, readonly SeenRow[]>;
  readonly places: Map<string, Place>;
  readonly remotes: Set<RemoteProvider>;
  readonly listeners: RemoteListener[];
  readonly rowListeners: RowListener[];
  background: Promise<Background> | undefined;
}

/** Reads for the first time. What cannot be read is read later. */
export async function openFollower(options: FollowOptions): Promise<Follower> {
  const { plan, owner, log } = options;
  const state: State = {
    ...options,
    controls: new Map(),
    rows: new Map(),
    places: new Map(),
    remotes: new Set(),
    listeners: [],
    rowListeners: [],
    background: undefined,
  };
  const local = Map.groupBy(
    plan.apps.filter(({ isLocal }) => isLocal).map(({ name }) => name),
    owner.keyOf,
  );
  for (const [key, apps] of local) {
    const url = await owner.of(apps[0] ?? "");
    const onRows = (rows: readonly SeenRow[]) => {
      state.rows.set(key, rows);
      for (const [app, place] of state.places)
        if (owner.keyOf(app) === key) {
          const row = rows.find((one) => one.app === app);
          place.apply(row);
          for (const listener of state.rowListeners) listener(app, row);
        }
    };
    state.controls.set(key, await openControl({ url, apps, log, onRows }));
  }
  return followerOf(state);
}

function followerOf(state: State): Follower {
  const { plan, owner, controls, places, remotes, listeners } = state;
  return {
    rowOf: (app) => rowOf(state, app),
    look: async (app) => controls.get(owner.keyOf(app))?.look(),
    attach(background) {
      state.background = background;
      // What was asked for before it began was acknowledged without it.
      background.then(
        async (begun) => {
          const isAway = ({ row }: Place) => row !== undefined && row.phase !== "here";
          const away = [...places].filter(([, place]) => isAway(place));
          await Promise.all(away.map(([app]) => begun.pause(app)));
        },
        () => {}, // told by whoever starts it
      );
    },
    onRemote(listener) {
      listeners.push(listener);
      for (const provider of remotes) listener(provider, true);
    },
    onRow(listener) {
      state.rowListeners.push(listener);
      for (const app of places.keys()) listener(app, rowOf(state, app));
    },
    ownerUrl: (app) => owner.of(app),
    begin(providers, ledger) {
      for (const listed of plan.apps) {
        const home = providers.get(listed.name);
        if (home === undefined || !isFollowed(listed)) continue;
        const place = placeOf(state, { listed, home, providers, ledger });
        places.set(listed.name, place);
        const key = owner.keyOf(listed.name);
        if (state.rows.has(key)) place.apply(rowOf(state, listed.name));
        else if (listed.isLocal && state.controls.has(key)) place.wait();
      }
    },
    async close() {
      await Promise.all([...controls.values()].map((control) => control.close()));
    },
  };
}

function isFollowed({ address, fake }: Listed): boolean {
  return address === undefined && fake === undefined;
}

function rowOf({ rows, owner, plan }: State, app: string): SeenRow | undefined {
  const listed = plan.apps.find(({ name }) => name === app);
  if (listed === undefined || !isFollowed(listed)) return undefined;
  return rows.get(owner.keyOf(app))?.find((row) => row.app === app);
}

interface PlaceParts {
  readonly listed: Listed;
  readonly home: Provider;
  readonly providers: Map<string, Provider>;
  readonly ledger: Ledger;
}

function placeOf(state: State, { listed, home, providers, ledger }: PlaceParts): Place {
  const { owner, log, controls, remotes, listeners } = state;
  const { name, versions } = listed;
  return createPlace({
    app: name,
    contract: versions.at(-1),
    home,
    log,
    put: (provider) => void providers.set(name, provider),
    ack: (ack) => controls.get(owner.keyOf(name))?.ack(ack),
    pause: async () => (await state.background)?.pause(name),
    resume: async () => (await state.background)?.resume(name),
    flush: () => ledger.flush(name),
    leave: async () => {
      const url = await owner.of(name);
      await withConnection(url, (sql) => ledger.leave(name, sql));
    },
    onRemote(provider, isUsed) {
      if (isUsed) remotes.add(provider);
      else remotes.delete(provider);
      for (const listener of listeners) listener(provider, isUsed);
    },
  });
}
