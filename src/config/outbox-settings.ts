import { Type } from '@sinclair/typebox'
import { OptionalText, Whole } from './setting-types.js'

/** The table of the backend's database in which writes leave what they make untrue. */
export const OUTBOX_SETTINGS = {
  OUTBOX_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://\\S+$',
      description:
        '`postgres://user[:password]@host[:port]/database[?sslmode=…]` of the database with the [outbox](operations.md#the-outbox); not set: none, and nothing of it is loaded.'
    })
  ),
  OUTBOX_PASSWORD_FILE: Type.Optional(
    Type.String({
      pattern: '^/',
      description:
        'Absolute path of a file with its password, in place of the one in the address: read anew for each connection.'
    })
  ),
  OUTBOX_CA_FILE: OptionalText(
    "PEM file of the authority that signed the database's certificate, where it is a private one."
  ),
  OUTBOX_TABLE: Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_$]{0,62}(\\.[A-Za-z_][A-Za-z0-9_$]{0,62})?$',
    default: 'spms_cache_outbox',
    description: 'The table, as `table` or `schema.table`.'
  }),
  OUTBOX_POLL_MS: Whole(
    { minimum: 50, maximum: 60_000, default: 1000 },
    'Pause after which rows are looked for where no notification comes, as behind a pooler.'
  )
}
