import type { Branch, BusinessArea, Database } from '../database.js'

export const branchView = ({ id, name, agency, manager, version }: Branch) => ({
  id,
  name,
  agency,
  manager,
  version
})

/** The business area as it is embedded in projects and users. */
export const businessAreaView = (database: Database, id: number | null) => {
  const area = id === null ? undefined : database.businessAreas.get(id)
  return area === undefined ? null : areaView(area)
}

export const areaView = (area: BusinessArea) => ({
  id: area.id,
  name: area.name,
  slug: area.slug,
  focus: area.focus,
  division: { id: 1, name: 'Biodiversity and Conservation Science', slug: 'BCS', director: 1, approver: 1 },
  introduction: area.introduction,
  image: area.image === null ? null : { id: area.id, file: area.image },
  leader: area.leader,
  caretaker: area.leader,
  finance_admin: area.leader,
  data_custodian: area.leader,
  is_active: area.is_active,
  version: area.version
})
