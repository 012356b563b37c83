import { Type } from '@sinclair/typebox'

// What the calls that concern many names, and invalidations, are answered with.

export const GetAnswer = Type.Object(
  {
    entries: Type.Record(
      Type.String(),
      Type.Object({
        value: Type.Optional(Type.String({ description: 'A body that is text' })),
        base64: Type.Optional(Type.String({ description: 'Any other body' })),
        json: Type.Optional(Type.Unknown({ description: 'A body that is JSON, where json was asked for' })),
        contentType: Type.String(),
        ttl: Type.Integer({ description: 'Remaining seconds' })
      }),
      { description: 'By key, as it was asked for' }
    ),
    missing: Type.Array(Type.String()),
    position: Type.String({ description: 'For puts after a miss' })
  },
  { description: 'What is there' }
)

export const SetAnswer = Type.Object(
  {
    stored: Type.Integer(),
    refused: Type.Array(Type.String(), {
      description: 'Keys that an invalidation has reached since `position`'
    })
  },
  { description: 'What was stored' }
)

export const TouchAnswer = Type.Object(
  {
    touched: Type.Integer({ description: 'Values that live for ttl seconds from now' }),
    missing: Type.Array(Type.String(), { description: 'Keys under which no value is' })
  },
  { description: 'What was there' }
)

export const KeysAnswer = Type.Object(
  {
    keys: Type.Array(Type.String(), { description: 'Without the prefix' }),
    cursor: Type.Union([Type.String(), Type.Null()], {
      description: 'For the next page, which may be there although this one is empty; null after the last one'
    })
  },
  { description: 'A page' }
)

export const InvalidatedAnswer = Type.Object(
  {
    id: Type.String({ description: 'Its place in the log' }),
    removed: Type.Integer({
      description: 'Entries; 0 when it had to wait for the store and was carried out with others'
    }),
    position: Type.String({ description: 'With it: a value that is read after it may be put with this' })
  },
  { description: 'Everything named is gone, everywhere' }
)

export const PendingAnswer = Type.Object(
  { pending: Type.Literal(true) },
  {
    description:
      'The store has not taken it within INVALIDATION_TIMEOUT_MS, or the wait that was asked for: done here, and kept for when it is back'
  }
)
