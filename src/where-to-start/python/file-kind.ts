/** What a file is, by its name and its first lines. */

export function isTestFile(file: string): boolean {
  return (
    /(?:^|\/)(?:\w+_)?tests?\//.test(file) ||
    /(?:^|\/)(?:tests?|test_[^/]*|[^/]*_tests?|conftest)\.py$/.test(file)
  );
}

export function isMigrationFile(file: string): boolean {
  return /(?:^|\/)(?:\w*migrations|alembic\/versions)\/(?:.*\/)?[^/]+\.py$/.test(file);
}

/** Where a note of its making stands. */
const HEAD = 1000;

const note =
  /@generated\b|^\s*(?:#|"""|{#).*(?:do not edit|auto[- ]?generated|automatically generated|generated (?:by|from) )/im;

export function isGeneratedFile(file: string, text: string): boolean {
  return /_pb2(?:_grpc)?\.pyi?$/.test(file) || note.test(text.slice(0, HEAD));
}

export function isModelsFile(file: string): boolean {
  return /(?:^|\/)models(?:\/|\.py$)|_models\.py$/.test(file);
}
