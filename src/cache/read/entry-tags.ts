import { expandAll } from '../resource.js'
import { identityTag } from '../tags.js'
import type { Lookup } from './lookup.js'

/** What the tags of a row are made from, beside the request. */
export interface TagValues {
  /** The caller's user number, as far as it is known. */
  readonly user: string | undefined
  /** The JSON of the answer. */
  readonly answer: unknown
}

/**
 * The tags of an entry: those of its row, and those that every entry of its kind carries. `undefined` when the answer does
 * not show what the row's tags are made from.
 */
export const entryTags = (lookup: Lookup, { user, answer }: TagValues): readonly string[] | undefined => {
  const { resource, parameters } = lookup.cacheable
  const tags = expandAll(resource.tags, { parameters, identity: lookup.fields.identity, user, answer })
  return tags && [...ownTags(lookup).filter((tag) => !tags.includes(tag)), ...tags]
}

/** What is known of an entry's tags when there is no answer that could be stored. */
export const tagsWithoutAnswer = (lookup: Lookup): readonly string[] => {
  const { resource, parameters } = lookup.cacheable
  const values = { parameters, identity: lookup.fields.identity }
  return [...ownTags(lookup), ...resource.tags.flatMap((template) => template.expand(values) ?? [])]
}

const ownTags = ({ cacheable, fields: { identity } }: Lookup): readonly string[] => {
  const { resource, key, baseKey } = cacheable
  const tags = key === baseKey ? [] : [baseKey]
  if (resource.scope === 'identity' && identity !== undefined) tags.push(identityTag(identity))
  tags.push(...resource.groupTags)
  return tags
}
