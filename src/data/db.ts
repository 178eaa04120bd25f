/**
 * What a view queries: the pool of its app, or the transaction that it stands in. Its type comes with
 * `marcot/tables`, so that the compiler reads Drizzle's declarations, four hundred files, only in
 * projects that have tables.
 */

declare global {
  namespace Marcot {
    /** Filled where tables are declared; empty in a project that has none. */
    interface Rows {}
  }
}

/** Without `marcot/tables` there is nothing to query with, and this says so. */
interface NoTables {
  readonly "import marcot/tables to query": never;
}

export type Db = Marcot.Rows extends { readonly db: infer D } ? D : NoTables;
