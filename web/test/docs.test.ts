// What the API page makes of an OpenAPI document.
import { describe, expect, it } from 'vitest';
import { exampleOf, groupsOf, propertiesOf, typeText, type Document } from '../docs/openapi';

const document: Document = {
  openapi: '3.1.0',
  info: { title: 'Bellhop', version: '1' },
  tags: [{ name: 'events' }, { name: 'unused' }],
  paths: {
    '/api/v1/me': { get: { summary: 'Me' } },
    '/api/v1/events': { post: { tags: ['events'], parameters: [{ $ref: '#/components/parameters/Key' }] } },
  },
  components: {
    parameters: { Key: { name: 'Idempotency-Key', in: 'header' } },
    schemas: {
      Tree: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, parent: { $ref: '#/components/schemas/Tree' } },
      },
      Both: {
        allOf: [{ $ref: '#/components/schemas/Tree' }, { properties: { kind: { enum: ['a', 'b'] } } }],
      },
    },
  },
};

describe('an OpenAPI document', () => {
  it('becomes groups of endpoints in the order of its tags', () => {
    const groups = groupsOf(document);
    expect(groups.map(({ name }) => name)).toEqual(['events', 'other']);
    expect(groups[0]?.endpoints[0]).toMatchObject({ method: 'POST', path: '/api/v1/events' });
    expect(groups[0]?.endpoints[0]?.operation.parameters?.[0]?.name).toBe('Idempotency-Key');
  });

  it('shows what a schema is composed of', () => {
    const names = propertiesOf(document, { $ref: '#/components/schemas/Both' }).map(([name]) => name);
    expect(names).toEqual(['id', 'parent', 'kind']);
    expect(typeText(document, { type: ['string', 'null'], format: 'date-time' })).toBe(
      'string or null (date-time)',
    );
  });

  it('gives an example, of a schema that contains itself too', () => {
    expect(exampleOf(document, { example: { a: 1 } })).toEqual({ a: 1 });
    expect(exampleOf(document, { schema: { $ref: '#/components/schemas/Tree' } })).toMatchObject({ id: '' });
  });
});
