import type { WriteCase } from './write-case.js'

/**
 * Every write row of the resource table, about user 6: staff profile 15, work, profile and contact 16, branch 7, area 1, leader
 * of area 5, in whose place user 4 works, and who works in the place of user 2. What deletes records stands last.
 */
export const listedWrites: readonly WriteCase[] = [
  {
    write: 'POST projects/list',
    json: { title: 'One', kind: 'science', projectLead: 6, businessArea: 5 },
    status: 201
  },
  {
    write: 'POST projects/list',
    form: { title: 'Two', projectLead: '6', businessArea: '5', kind: 'student' },
    picture: 'imageData',
    status: 201
  },
  // It answers 400 and has made the project.
  {
    write: 'POST projects/list',
    json: {
      title: 'Three',
      kind: 'science',
      projectLead: 6,
      businessArea: 5,
      departmentalService: 'unknown'
    },
    status: 400
  },
  { write: 'PUT projects/1', json: { title: 'Renamed', business_area: 5 }, status: 202 },
  { write: 'PATCH projects/21', json: { status: 'completed' }, status: 202 },
  { write: 'POST projects/61/suspend', status: 202 },
  { write: 'POST projects/5/toggle_user_profile_visibility', as: 'subject', status: 202 },
  { write: 'POST projects/5/toggle_user_profile_visibility', as: 'subject elsewhere', status: 202 },
  { write: 'POST projects/65/toggle_user_profile_visibility', as: 'subject', status: 202 },
  { write: 'PUT projects/65', as: 'subject', json: { hidden_from_staff_profiles: [] }, status: 202 },
  { write: 'POST projects/project_members', json: { project: 2, user: 6, role: 'research' }, status: 201 },
  { write: 'PUT projects/project_members/2/6', json: { user: 2 }, status: 202 },
  { write: 'PUT projects/project_members/2/2', json: { project: 3 }, status: 202 },
  { write: 'DELETE projects/project_members/3/2', status: 204 },
  { write: 'POST projects/promote', json: { project_id: 1, user_id: 6 }, status: 202, isUnseen: true },
  { write: 'DELETE projects/41', status: 204 },
  // Of the business area that the subject leads.
  { write: 'DELETE projects/4', status: 204 },

  { write: 'POST documents/actions/approve', json: { documentPk: 35 }, status: 202 },
  { write: 'POST documents/actions/recall', json: { documentPk: 35 }, status: 202 },
  { write: 'POST documents/actions/send_back', json: { documentPk: 35 }, status: 202 },

  { write: 'POST agencies/branches', json: { name: 'New Branch', agency: 1, manager: 6 }, status: 201 },
  { write: 'PUT agencies/branches/7', json: { name: 'Renamed Branch' }, status: 202 },
  { write: 'DELETE agencies/branches/7', status: 204 },

  {
    write: 'POST users/list',
    json: { username: 'new', email: 'new@sample.test', first_name: 'New', last_name: 'User' },
    status: 201,
    isUnseen: true
  },
  { write: 'PUT users/6', json: { first_name: 'Genevieve', email: 'changed@sample.test' }, status: 202 },
  // The uploader of pictures, then the recipient of a division's mail.
  { write: 'PUT users/4', json: { username: 'renamed', display_last_name: 'Renamed' }, status: 202 },
  { write: 'PUT users/2', json: { display_first_name: 'Renamed' }, status: 202 },
  { write: 'PUT users/4/pi', json: { display_first_name: 'Edith', title: 'mr' }, status: 202 },
  {
    write: 'PUT users/6/pi',
    as: 'subject',
    json: { display_first_name: 'Gigi', phone: '1', title: 'mrs' },
    status: 202
  },
  {
    write: 'PUT users/6/profile',
    as: 'subject',
    json: { about: 'Changed', expertise: 'Changed' },
    status: 202
  },
  { write: 'PUT users/6/profile', form: { about: 'With picture' }, picture: 'image', status: 202 },
  { write: 'PUT users/4/profile', form: { about: 'With picture' }, picture: 'image', status: 202 },
  {
    write: 'PUT users/6/membership',
    json: { role: 'Executive', business_area: 2, branch: 3, affiliation: 1 },
    status: 202
  },
  { write: 'POST users/6/toggleactive', status: 200, endsSessions: true },
  { write: 'POST users/6/toggleactive', status: 200, endsSessions: true },
  { write: 'POST users/4/admin', status: 200 },
  { write: 'POST users/6/admin', status: 200 },
  { write: 'POST users/6/admin', status: 200 },
  // Of somebody without a caretaker.
  { write: 'POST users/9/admin', status: 200 },
  { write: 'POST users/9/admin', status: 200 },
  { write: 'POST users/4/remove_avatar', status: 204 },
  { write: 'DELETE users/6/remove_avatar', status: 204 },
  { write: 'PUT users/work/16', json: { role: 'Botanist', business_area: 3 }, status: 202 },
  { write: 'DELETE users/work/16', status: 204 },
  {
    write: 'POST users/work',
    json: { user: 6, role: 'Ecologist', business_area: 1, branch: 2, agency: 1 },
    status: 201
  },
  { write: 'PUT users/profiles/16', json: { title: 'prof' }, status: 202 },

  {
    write: 'PUT users/staffprofiles/15',
    as: 'subject',
    json: { about: 'New', expertise: 'New', custom_title: 'Boss', custom_title_on: true },
    status: 202
  },
  {
    write: 'PUT users/staffprofiles/15',
    json: { public_email: 'public@sample.test', public_email_on: true },
    status: 202
  },
  { write: 'POST users/staffprofiles/15/toggle_visibility', status: 200 },
  {
    write: 'POST users/profiles/15/employment_entries',
    json: { position_title: 'Ranger', start_year: 2010 },
    status: 201
  },
  {
    write: 'POST users/profiles/15/education_entries',
    json: { qualification_name: 'PhD', institution: 'U', location: 'P', end_year: 2009 },
    status: 201
  },
  { write: 'PUT users/employment_entries/15', json: { employer: 'Changed' }, status: 202 },
  { write: 'PUT users/education_entries/15', json: { institution: 'Changed' }, status: 202 },
  { write: 'PUT users/employment_entries/11', json: { public_profile: 15 }, status: 202 },
  { write: 'DELETE users/employment_entries/15', status: 204 },
  { write: 'DELETE users/education_entries/15', status: 204 },
  { write: 'DELETE users/staffprofiles/15', status: 204 },
  { write: 'POST users/staffprofiles', as: 'subject', json: { about: 'Again' }, status: 201 },

  {
    write: 'POST adminoptions/tasks',
    json: { action: 'deleteproject', project: 81 },
    status: 201,
    isUnseen: true
  },
  { write: 'POST users/2/public_email_staff_member', as: 'nobody', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/notifications/mentions', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/get_previous_reports_data', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/conceptplans/1/get_concept_plan_data', json: {}, status: 200, isUnseen: true },
  {
    write: 'POST agencies/business_areas/unapproved_docs',
    json: { baArray: [1] },
    status: 200,
    isUnseen: true
  },
  { write: 'POST agencies/business_areas/problematic_projects', json: {}, status: 200, isUnseen: true },
  { write: 'POST adminoptions/tasks/check/6', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/sendbumpemails', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/generate_project_document/1', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/cancel_doc_gen/1', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/reports/1/generate_pdf', json: {}, status: 200, isUnseen: true },
  { write: 'POST documents/reports/1/cancel_doc_gen', json: {}, status: 200, isUnseen: true }
]
