CREATE TABLE "reader"."heard" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reader"."heard_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"receiver" text NOT NULL,
	"number" integer NOT NULL,
	"box" text NOT NULL,
	"line" integer NOT NULL
);

CREATE INDEX "heard_receiver" ON "reader"."heard" ("receiver");
