// Reads an OpenAPI 3 document: operations in the order of their tags, references followed, and an example made up
// from a schema where none is given.
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}

export interface Body {
  $ref?: string;
  description?: string;
  content?: Record<string, Media>;
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: Body;
  responses?: Record<string, Body>;
  deprecated?: boolean;
}

export interface Document {
  openapi: string;
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, unknown>>;
  components?: Record<string, Record<string, unknown>>;
}

export interface Endpoint {
  id: string;
  method: string;
  path: string;
  operation: Operation;
}

export interface Group {
  name: string;
  description: string;
  endpoints: Endpoint[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const DEEPEST = 6;

export function groupsOf(document: Document): Group[] {
  const groups = new Map<string, Group>();
  const groupFor = (name: string, description = '') => {
    const group = groups.get(name) ?? { name, description, endpoints: [] };
    groups.set(name, group);
    return group;
  };
  for (const { name, description } of document.tags ?? []) groupFor(name, description);
  for (const endpoint of endpointsOf(document)) {
    groupFor(endpoint.operation.tags?.[0] ?? 'other').endpoints.push(endpoint);
  }
  return [...groups.values()].filter(({ endpoints }) => endpoints.length > 0);
}

function endpointsOf(document: Document): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method] as Operation;
      const shared = (item.parameters ?? []) as Parameter[];
      const parameters = [...shared, ...(operation.parameters ?? [])].map((each) => follow(document, each));
      const id = `${method}${path}`.replace(/[^\w]+/g, '-');
      return { id, method: method.toUpperCase(), path, operation: { ...operation, parameters } };
    }),
  );
}

/** The thing itself where a `$ref` into this document stands for it. */
export function follow<T extends { $ref?: string }>(document: Document, thing: T): T {
  if (!thing.$ref?.startsWith('#/')) return thing;
  const found = thing.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[unescape(key)], document);
  return (found as T | undefined) ?? thing;
}

export function refName({ $ref }: { $ref?: string }): string | null {
  return $ref?.split('/').at(-1) ?? null;
}

/** The schema's type in a few words. */
export function typeText(document: Document, schema: Schema, depth = 0): string {
  const name = refName(schema);
  if (name) return name;
  const options = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (options && depth < DEEPEST) {
    return options
      .map((option) => typeText(document, option, depth + 1))
      .join(schema.allOf ? ' and ' : ' or ');
  }
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items) return `list of ${typeText(document, schema.items, depth + 1)}`;
  const types = ([] as string[]).concat(schema.type ?? 'any');
  return types.join(' or ') + (schema.format ? ` (${schema.format})` : '');
}

/** Properties of the schema and of all that it is composed of. */
export function propertiesOf(document: Document, schema: Schema, depth = 0): [string, Schema, boolean][] {
  if (depth > DEEPEST) return [];
  const { properties = {}, required = [], allOf = [] } = follow(document, schema);
  const own = Object.entries(properties).map<[string, Schema, boolean]>(([name, property]) => [
    name,
    property,
    required.includes(name),
  ]);
  return [...own, ...allOf.flatMap((part) => propertiesOf(document, part, depth + 1))];
}

export function exampleOf(document: Document, media: Media): unknown {
  if (media.example !== undefined) return media.example;
  const [first] = Object.values(media.examples ?? {});
  if (first?.value !== undefined) return first.value;
  return media.schema ? sample(document, media.schema, 0) : undefined;
}

function sample(document: Document, given: Schema, depth: number): unknown {
  const schema = follow(document, given);
  const fixed = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
  if (fixed !== undefined || depth > DEEPEST) return fixed ?? null;
  const option = (schema.oneOf ?? schema.anyOf)?.find(({ type }) => type !== 'null');
  if (option) return sample(document, option, depth + 1);
  if (schema.items) return [sample(document, schema.items, depth + 1)];
  const properties = propertiesOf(document, schema);
  if (properties.length > 0) {
    return Object.fromEntries(
      properties.map(([name, property]) => [name, sample(document, property, depth + 1)]),
    );
  }
  return sampleOfType(schema);
}

function sampleOfType({ type, format }: Schema): unknown {
  const kind = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  if (kind === 'integer' || kind === 'number') return 0;
  if (kind === 'boolean') return false;
  if (kind === 'array') return [];
  if (kind === 'string') return format === 'date-time' ? '2026-11-20T09:00:00Z' : '';
  return kind === 'object' ? {} : null;
}

/** A JSON pointer's escapes (RFC 6901 §4), inside a URI fragment. */
function unescape(key: string): string {
  return decodeURIComponent(key).replace(/~1/g, '/').replace(/~0/g, '~');
}
