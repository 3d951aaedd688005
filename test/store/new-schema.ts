import pg from 'pg';

let made = 0;

/** @returns the address of a new, empty schema, so that each test has a store of its own on one server */
export async function newSchema(url: string): Promise<string> {
  const name = `store_${process.pid}_${++made}`;
  await raw(url, `create schema ${name}`);
  return `${url}&options=${encodeURIComponent(`-c search_path=${name}`)}`;
}

/** One statement, as another program would make it beside the store. */
export async function raw<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined); // a server that dies under it fails the query as well
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
