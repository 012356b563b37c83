import type { Branch } from '../database.js'
import { includes, pageOf } from '../page.js'
import { accepted, created, found, idOf, invalid, noContent, ok, signedIn, staff } from '../route.js'
import type { Answer, Call, Route } from '../route.js'
import { areaView, branchView } from '../views/agencies.js'

export const agencyRoutes: readonly Route[] = [
  signedIn('GET', '/api/v1/agencies/branches', ({ database, query }) => {
    const term = query['searchTerm'] ?? ''
    if (term === '') return ok(database.branches.all().map(branchView))
    const { items, ...totals } = pageOf(
      database.branches.where((branch) => includes(branch.name, term)),
      query
    )
    return ok({ branches: items.map(branchView), ...totals })
  }),

  signedIn('POST', '/api/v1/agencies/branches', ({ database, fields }) => {
    const name = fields.text('name')
    if (name === undefined) return invalid('name', 'This field is required.')
    const manager = fields.integer('manager') ?? null
    return created(branchView(database.branches.insert({ name, agency: 1, manager })))
  }),

  signedIn('GET', '/api/v1/agencies/branches/:id(^\\d+$)', (call) =>
    found(branchInPath(call), (branch) => ok(branchView(branch)))
  ),

  signedIn('PUT', '/api/v1/agencies/branches/:id(^\\d+$)', (call) =>
    found(branchInPath(call), (branch) => accepted(branchView(rename(call, branch))))
  ),

  signedIn('DELETE', '/api/v1/agencies/branches/:id(^\\d+$)', (call) =>
    found(branchInPath(call), (branch) => {
      call.database.branches.remove(branch)
      return noContent
    })
  ),

  signedIn('GET', '/api/v1/agencies/business_areas', ({ database }) =>
    ok(database.businessAreas.all().map(areaView))
  ),

  signedIn('GET', '/api/v1/agencies/business_areas/:id(^\\d+$)', (call) =>
    found(call.database.businessAreas.get(idOf(call)), (area) => ok(areaView(area)))
  ),

  signedIn('PUT', '/api/v1/agencies/business_areas/:id(^\\d+$)', (call) =>
    found(call.database.businessAreas.get(idOf(call)), (area) => {
      const name = call.fields.text('name') ?? area.name
      const focus = call.fields.text('focus') ?? area.focus
      return accepted(areaView(call.database.businessAreas.update(area, { name, focus })))
    })
  ),

  staff('POST', '/admin/agencies/branch/:id(^\\d+$)/change/', (call) =>
    found(branchInPath(call), (branch): Answer => {
      rename(call, branch)
      return { status: 302, headers: [['location', '/admin/agencies/branch/']] }
    })
  )
]

const branchInPath = (call: Call): Branch | undefined => call.database.branches.get(idOf(call))

const rename = ({ database, fields }: Call, branch: Branch): Branch =>
  database.branches.update(branch, {
    name: fields.text('name') ?? branch.name,
    manager: fields.integer('manager') ?? branch.manager
  })
