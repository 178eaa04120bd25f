CREATE TABLE "stock"."counters" (
	"shelf" integer PRIMARY KEY,
	"entries" integer NOT NULL
);

CREATE TABLE "stock"."entries" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "stock"."entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"token" text NOT NULL,
	"amount" integer NOT NULL,
	"changes" integer DEFAULT 0 NOT NULL
);

CREATE TABLE "stock"."marks" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "stock"."marks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"token" text NOT NULL
);

CREATE TABLE "stock"."notes" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "stock"."notes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"token" text NOT NULL
);

CREATE INDEX "entries_token" ON "stock"."entries" ("token");
