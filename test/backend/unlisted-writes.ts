import type { WriteCase } from './write-case.js'
import { HOST } from './start-backend.js'

const newcomer = {
  host: HOST,
  'remote-user': 'newcomer@sample.test',
  'x-email': 'newcomer@sample.test',
  'x-first-name': 'New',
  'x-last-name': 'Comer'
}

/** Writes without a row of their own, after the listed ones. */
export const unlistedWrites: readonly WriteCase[] = [
  // The first request of somebody new is a read, and makes the user.
  { write: 'GET users/me', headers: newcomer, status: 200 },
  { write: 'PUT agencies/business_areas/1', json: { name: 'Renamed Area' }, status: 202 },
  { write: 'PUT agencies/business_areas/setactive/1', status: 202 },
  { write: 'PUT agencies/divisions/1', json: { name: 'Renamed Division', slug: 'RD' }, status: 202 },
  { write: 'POST agencies/divisions/1/email_list', json: { users_list: [2, 9] }, status: 200 },
  { write: 'PUT users/6/membership', json: { affiliation: 1 }, status: 202 },
  { write: 'PUT agencies/affiliations/1', json: { name: 'Renamed University' }, status: 202 },
  { write: 'POST agencies/affiliations/merge', json: { primary: 2, secondary: [1] }, status: 200 },
  { write: 'PUT agencies/1', json: { name: 'Renamed Department' }, status: 202 },
  { write: 'POST medias/user_avatars', form: { user: '6' }, picture: 'file', status: 201 },
  { write: 'PUT medias/user_avatars/9', picture: 'file', status: 202 },
  {
    write: 'POST medias/project_photos',
    form: { project: '5', uploader: '6' },
    picture: 'file',
    status: 201
  },
  { write: 'DELETE medias/project_photos/17', status: 204 },
  { write: 'DELETE medias/business_area_photos/1', status: 204 },
  { write: 'PUT medias/agency_photos/1', picture: 'file', status: 202 },
  { write: 'POST caretakers/admin-set', json: { userPk: 2, caretakerPk: 9 }, status: 201 },
  { write: 'PUT caretakers/1', json: { end_date: '2000-01-01T00:00:00Z' }, status: 202 },
  { write: 'DELETE caretakers/2', status: 204 },
  { write: 'PUT contacts/users/16', json: { phone: '2' }, status: 202 },
  { write: 'POST documents/projectclosures', json: { project: 15, kind: 'projectclosure' }, status: 201 },
  { write: 'POST adminoptions/tasks/1/approve', status: 202 },
  { write: 'POST adminoptions/mergeusers', json: { primaryUser: 2, secondaryUsers: [5] }, status: 200 },
  {
    write: 'POST /admin/spms/branch/3/change/',
    form: { agency: '1', name: 'By a form', manager: '2' },
    status: 302
  },
  {
    write: 'POST communications/comments',
    json: { user: 6, text: 'A comment' },
    status: 201,
    isUnseen: true
  },
  { write: 'DELETE users/4', status: 204 },
  { write: 'DELETE users/2', status: 204 }
]
