import type { WriteCase } from '../write-case.js'
import { pickBy, type Visitor } from './visitor.js'

/** What a session changes of its own. The frontend drops these reads from its query cache, and asks again. */
export interface Edit extends WriteCase {
  readonly drops: readonly string[]
}

type EditOf = (visitor: Visitor, at: number) => Edit

const personal: EditOf = ({ user }, at) => ({
  write: `PUT users/${user}/pi`,
  json: { phone: `${at}`, display_first_name: `Name ${at}` },
  status: 202,
  drops: ['users/me', `users/${user}`]
})

const about: EditOf = ({ user, staffProfile }, at) => ({
  write: `PUT users/${user}/profile`,
  json: { about: `About ${at}` },
  status: staffProfile === undefined ? 404 : 202,
  drops: ['users/me', `users/${user}`]
})

const picture: EditOf = ({ user, staffProfile }, at) => ({
  write: `PUT users/${user}/profile`,
  form: { about: `With picture ${at}` },
  picture: 'image',
  status: staffProfile === undefined ? 404 : 202,
  drops: ['users/me', `users/${user}`]
})

const staffProfile: EditOf = (visitor, at) =>
  visitor.staffProfile === undefined
    ? personal(visitor, at)
    : {
        write: `PUT users/staffprofiles/${visitor.staffProfile}`,
        json: { expertise: `Expertise ${at}` },
        status: 202,
        drops: [`users/staffprofiles/${visitor.staffProfile}`]
      }

const project: EditOf = ({ ownProject: led }, at) => ({
  write: `PUT projects/${led}`,
  json: { tagline: `Tagline ${at}` },
  status: 202,
  drops: ['projects']
})

const membership: EditOf = ({ user, ownProject: led }, at) => ({
  write: `PUT projects/project_members/${led}/${user}`,
  json: { comments: `Comment ${at}` },
  status: 202,
  drops: ['projects']
})

const document: EditOf = ({ ownProject: led }) => ({
  write: 'POST documents/actions/approve',
  json: { documentPk: led },
  status: 202,
  drops: ['documents', 'projects']
})

const branch: EditOf = ({ random }, at) => ({
  write: `PUT agencies/branches/${1 + Math.floor(random() * 12)}`,
  json: { name: `Branch ${at}` },
  status: 202,
  drops: ['agencies/branches']
})

const comment: EditOf = ({ user }, at) => ({
  write: 'POST communications/comments',
  json: { user, text: `Comment ${at}` },
  status: 201,
  drops: []
})

/** How often each is made among the edits: an assumption. */
const EDITS: readonly (readonly [EditOf, number])[] = [
  [project, 25],
  [personal, 20],
  [staffProfile, 15],
  [document, 12],
  [about, 10],
  [comment, 8],
  [membership, 5],
  [picture, 3],
  [branch, 2]
]

export const editOf = (visitor: Visitor, at: number): Edit => pickBy(visitor.random, EDITS)(visitor, at)
