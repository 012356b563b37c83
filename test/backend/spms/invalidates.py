"""
Which tags of the resource table a change of each table makes untrue, whoever makes it.

Read it beside `src/resources/spms.yaml`, whose tags it names. No tag here is found by way of another table: what two
transactions change at the same time, neither would see of the other.
"""

INVALIDATES = {
    # Each log-in changes last_login, which is as old as the entry. A name stands in lists of projects (`user:7:name`), and in
    # the profiles of those whose caretaker the person is.
    "spms.User": {"tags": ["user:{pk}", "user:{pk}:name", "caretakers"], "ignore": ["last_login"]},
    "spms.User.groups": ["user:{user_id}:profile"],
    "spms.User.user_permissions": ["user:{user_id}:profile"],
    "spms.Profile": ["user:{user_id}:profile"],
    "spms.Contact": ["user:{user_id}:profile"],
    "spms.Work": ["user:{user_id}"],
    "spms.Avatar": ["user:{user_id}", "caretakers"],
    # Whoever had no caretaker yet shows none, and has no tag that says so.
    "spms.Caretaker": ["caretakers", "user:{user_id}:profile", "user:{caretaker_id}:profile"],
    "spms.StaffProfile": ["staff:profile:all", "staff:profile:{pk}", "user:{user_id}:profile"],
    "spms.StaffProfile.keyword_tags": ["staff:profile:{staffprofile_id}"],
    "spms.Keyword": ["family:users"],
    "spms.EmploymentEntry": ["staff:profile:{public_profile_id}"],
    "spms.EducationEntry": ["staff:profile:{public_profile_id}"],
    # Who hides a project is a column of the project, so that it may come back to a list that does not have it. The profile of
    # who leads an area counts its projects.
    "spms.Project": ["project:{pk}", "staff:profile:projects", "business-area-leaders"],
    "spms.ProjectMember": ["user:{user_id}:projects"],
    "spms.ProjectPhoto": ["project:{project_id}"],
    "spms.Branch": ["branches", "branch:{pk}"],
    # Embedded in nearly every entry.
    "spms.Affiliation": ["family:agencies"],
    "spms.Agency": ["family:agencies"],
    "spms.BusinessArea": ["family:agencies"],
    "spms.Division": ["family:agencies"],
    "spms.Division.directorate_email_list": ["family:agencies"],
    "spms.AreaPhoto": ["family:medias"],
    "spms.AgencyPhoto": ["family:medias"],
}
