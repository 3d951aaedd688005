/**
 * The walls of the house (DESIGN §3), read from the import statements of every file. Types count as much as values: who
 * sees a type sees the room.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript';

export type SourceFile = { /** From the root, `care/stay/stay.ts`. */ path: string; text: string };

/** What each room may see besides itself; a sub-room or file narrows it. `*`: everyone. */
const SEES: Record<string, string[] | '*'> = {
  care: [],
  config: ['care'],
  commands: ['care', 'config/texts'],
  store: ['care', 'config'],
  bridge: ['care', 'config'],
  bot: ['care', 'config', 'commands'],
  cli: '*',
  'main.ts': '*',
  demo: '*',
  bench: '*',
  test: '*',
};

/** One door per package: only these paths may import it. `demo` and `test` may use matrix-js-sdk as a human would, `bench` the machine as the floor does. */
const DOORS: { packages: RegExp; paths: RegExp; door: string }[] = [
  { packages: /^node-cron$/, paths: /^(?:bridge\/schedule\.ts|test\/)/, door: 'bridge/schedule.ts' },
  {
    packages: /^(?:@matrix-org\/matrix-sdk-crypto-wasm|matrix-js-sdk|fake-indexeddb)(?:\/|$)/,
    paths: /^(?:bot\/matrix|demo|bench|test)\//,
    door: 'bot/matrix/',
  },
  { packages: /^ical\.js$/, paths: /^bridge\/formats\/slots\/ical\.ts$/, door: 'bridge/formats/slots/ical.ts' },
  { packages: /^(?:kysely|pg)(?:\/|$)/, paths: /^(?:store|test\/store)\//, door: 'store/' },
  { packages: /^fast-xml-parser$/, paths: /^bridge\/formats\/cda\.ts$/, door: 'bridge/formats/cda.ts' },
  { packages: /^csv-parse(?:\/|$)/, paths: /^config\/csv\.ts$/, door: 'config/csv.ts' },
  { packages: /^pdfkit$/, paths: /^bot\/report-pdf\.ts$/, door: 'bot/report-pdf.ts' },
  { packages: /^@resvg\//, paths: /^bot\/picture\.ts$/, door: 'bot/picture.ts' },
  { packages: /^(?:hono|@hono\/[^/]+)(?:\/|$)/, paths: /^(?:bridge|test\/bridge)\//, door: 'bridge/' },
];

/** Nothing reachable from these touches `node:`: they also run at the edge. */
const EDGE_ENTRIES = ['bridge/app.ts', 'bridge/edge.ts'];

/** Packages known to run there without `node:`; another one is to be tried on workerd first (test/bridge/edge.test.ts). */
const EDGE_PACKAGES = /^(?:hono|zod|fast-xml-parser)(?:\/|$)/;

/** Where a default export is asked for by somebody else: the test runner's file, and workerd for its entry. */
const MAY_EXPORT_DEFAULT = /^(?:[\w-]+\.config\.ts|bridge\/edge\.ts)$/;

const FILE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|(?:e2e|long)\.test|config))?\.ts$/;

export const MOST_LINES = 300;

/** Specifiers of every import, re-export, `import()` and `import('…')` type of a file. */
export function importsOf(file: SourceFile): string[] {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function exportsDefault(file: SourceFile): boolean {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  return tree.statements.some((statement) => {
    if (ts.isExportAssignment(statement)) return true;
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      return statement.exportClause.elements.some((element) => element.name.text === 'default');
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
  });
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.');
const roomOf = (path: string): string => path.split('/')[0] ?? '';
const target = (from: string, specifier: string): string => normalize(join(dirname(from), specifier));

function importFaults(file: SourceFile): string[] {
  const sees = SEES[roomOf(file.path)];
  if (sees === undefined) return []; // vitest.config.ts and the like belong to no room
  return importsOf(file).flatMap((specifier) => {
    if (isRelative(specifier)) {
      const to = target(file.path, specifier);
      if (sees === '*' || roomOf(to) === roomOf(file.path)) return [];
      if (sees.some((room) => to === room || to.startsWith(`${room}/`))) return [];
      return [`${file.path} imports ${to}: ${roomOf(file.path)} sees only ${['itself', ...sees].join(', ')}`];
    }
    if (roomOf(file.path) === 'care') return [`${file.path} imports ${specifier}: care knows no package and no node:`];
    return DOORS.filter((door) => door.packages.test(specifier) && !door.paths.test(file.path)).map(
      (door) => `${file.path} imports ${specifier}: its only door is ${door.door}`,
    );
  });
}

function shapeFaults(file: SourceFile): string[] {
  const faults: string[] = [];
  const name = file.path.split('/').at(-1) ?? '';
  if (!FILE_NAME.test(name)) faults.push(`${file.path}: file names are kebab-case`);
  const lines = file.text.trimEnd().split('\n').length;
  if (lines > MOST_LINES) {
    faults.push(`${file.path} has ${lines} lines: at most ${MOST_LINES} (aim at 220), cut it by noun`);
  }
  if (exportsDefault(file) && !MAY_EXPORT_DEFAULT.test(file.path)) faults.push(`${file.path}: named exports only`);
  return faults;
}

/** Paths from an edge entry to an import of `node:` or of an untried package, as chains a reader can follow. */
function edgeFaults(files: SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const faults: string[] = [];
  const seen = new Set<string>();
  const walk = (path: string, chain: string[]): void => {
    const file = byPath.get(path);
    if (file === undefined || seen.has(path)) return;
    seen.add(path);
    for (const specifier of importsOf(file)) {
      if (isRelative(specifier)) walk(target(path, specifier), [...chain, path]);
      else if (!EDGE_PACKAGES.test(specifier)) {
        faults.push(`${[...chain, path].join(' → ')} imports ${specifier}: not at the edge`);
      }
    }
  };
  for (const entry of EDGE_ENTRIES) walk(entry, []);
  return faults;
}

/** Every fault of these files, each saying which wall and where; empty when the house stands. */
export function faultsOf(files: SourceFile[]): string[] {
  return [...files.flatMap((file) => [...importFaults(file), ...shapeFaults(file)]), ...edgeFaults(files)];
}

/** @param paths from the root, with `/` */
export function readFiles(root: string, paths: string[]): SourceFile[] {
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
