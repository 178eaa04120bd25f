CREATE TABLE "writer"."letters" (
	"number" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "writer"."letters_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"box" text NOT NULL,
	"line" integer NOT NULL
);

