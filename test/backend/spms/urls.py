"""The routes, as the SPMS backend names them: without a slash at the end."""

from django.conf import settings
from django.contrib import admin
from django.http import JsonResponse
from django.db import connection
from django.urls import include, path
from django.views.static import serve

from spms.models import Branch, User
from spms.views import (
    accounts,
    agencies,
    entries,
    medias,
    members,
    pages,
    projects,
    sessions,
    staff_profiles,
    tasks,
    users,
)

for model in (Branch, User):
    if not admin.site.is_registered(model):
        admin.site.register(model)


def health(request):
    connection.ensure_connection()
    return JsonResponse({"status": "ok"})


USERS = [
    path("me", users.Me.as_view()),
    path("list", users.Users.as_view()),
    path("<int:pk>", users.OneUser.as_view()),
    path("<int:pk>/toggleactive", users.ToggleActive.as_view()),
    path("<int:pk>/admin", users.ToggleAdmin.as_view()),
    path("<int:pk>/projects", users.ProjectsOfUser.as_view()),
    path("<int:pk>/projects_staff_profile", users.ProjectsOfStaffProfile.as_view()),
    path("<int:pk>/staffprofiles", pages.StaffProfileOf.as_view()),
    path("<int:pk>/pi", accounts.PersonalInformation.as_view()),
    path("<int:pk>/profile", accounts.AboutAndPicture.as_view()),
    path("<int:pk>/membership", accounts.Membership.as_view()),
    path("<int:pk>/remove_avatar", accounts.RemoveAvatar.as_view()),
    path("<int:pk>/public_email_staff_member", staff_profiles.Email.as_view()),
    path("profiles/<int:pk>", accounts.OneProfile.as_view()),
    path("work", accounts.Works.as_view()),
    path("work/<int:pk>", accounts.OneWork.as_view()),
    path("log-in", sessions.LogIn.as_view()),
    path("log-out", sessions.LogOut.as_view()),
    path("change-password", sessions.ChangePassword.as_view()),
    path("mypublicprofile", staff_profiles.Mine.as_view()),
    path("staffprofiles", staff_profiles.StaffProfiles.as_view()),
    path("staffprofiles/<int:pk>", staff_profiles.OneStaffProfile.as_view()),
    path("staffprofiles/<int:pk>/hero", staff_profiles.Hero.as_view()),
    path("staffprofiles/<int:pk>/overview", staff_profiles.Overview.as_view()),
    path("staffprofiles/<int:pk>/cv", staff_profiles.Cv.as_view()),
    path("staffprofiles/<int:pk>/toggle_visibility", staff_profiles.ToggleVisibility.as_view()),
    path("profiles/<int:profile>/employment_entries", entries.EmploymentEntries.as_view()),
    path("profiles/<int:profile>/education_entries", entries.EducationEntries.as_view()),
    path("employment_entries/<int:pk>", entries.OneEmploymentEntry.as_view()),
    path("education_entries/<int:pk>", entries.OneEducationEntry.as_view()),
]

PROJECTS = [
    path("mine", projects.Mine.as_view()),
    path("list", projects.Projects.as_view()),
    path("listofyears", pages.Years.as_view()),
    path("download", projects.Download.as_view()),
    path("promote", members.Promote.as_view()),
    path("<int:pk>", projects.OneProject.as_view()),
    path("<int:pk>/team", members.Team.as_view()),
    path("<int:pk>/suspend", projects.Suspend.as_view()),
    path("<int:pk>/toggle_user_profile_visibility", projects.ToggleProfileVisibility.as_view()),
    path("project_members", members.Members.as_view()),
    path("project_members/<int:project>/<int:user>", members.OneMember.as_view()),
]

AGENCIES = [
    path("branches", agencies.Branches.as_view()),
    path("branches/<int:pk>", agencies.OneBranch.as_view()),
    path("business_areas", pages.Areas.as_view()),
    path("business_areas/mine", pages.MyAreas.as_view()),
    path("affiliations", pages.Affiliations.as_view()),
    path("business_areas/<int:pk>", agencies.OneArea.as_view()),
    path("business_areas/setactive/<int:pk>", agencies.SetAreaActive.as_view()),
    path("business_areas/unapproved_docs", agencies.AreaProblems.as_view()),
    path("business_areas/problematic_projects", agencies.AreaProblems.as_view()),
    path("divisions/<int:pk>", agencies.OneDivision.as_view()),
    path("divisions/<int:pk>/email_list", agencies.EmailList.as_view()),
    path("affiliations/merge", agencies.MergeAffiliations.as_view()),
    path("affiliations/<int:pk>", agencies.OneAffiliation.as_view()),
    path("<int:pk>", agencies.OneAgency.as_view()),
]

MEDIAS = [
    path("user_avatars", medias.Avatars.as_view()),
    path("user_avatars/<int:pk>", medias.OneAvatar.as_view()),
    path("project_photos", medias.ProjectPhotos.as_view()),
    path("project_photos/<int:pk>", medias.OneProjectPhoto.as_view()),
    path("business_area_photos/<int:pk>", medias.OneAreaPhoto.as_view()),
    path("agency_photos/<int:pk>", medias.OneAgencyPhoto.as_view()),
]

ADMINISTRATION = [
    path("tasks", tasks.Tasks.as_view()),
    path("tasks/<int:pk>/approve", tasks.Approve.as_view()),
    path("tasks/check/<int:pk>", tasks.PendingRequest.as_view()),
    path("mergeusers", tasks.MergeUsers.as_view()),
]

DOCUMENTS = [
    path("projectdocuments/pendingmyaction", pages.PendingMyAction.as_view()),
    path("endorsements/pendingmyaction", pages.PendingMyAction.as_view()),
    path("projectclosures", tasks.Documents.as_view()),
    path("actions/approve", tasks.MoveDocument.as_view(document_status="approved", project_status="active")),
    path("actions/recall", tasks.MoveDocument.as_view(document_status="revising", project_status="updating")),
    path("actions/send_back", tasks.MoveDocument.as_view(document_status="revising", project_status="pending")),
    path("notifications/mentions", tasks.Unchanged.as_view()),
    path("get_previous_reports_data", tasks.Unchanged.as_view()),
    path("conceptplans/<int:pk>/get_concept_plan_data", tasks.Unchanged.as_view()),
    path("sendbumpemails", tasks.Unchanged.as_view()),
    path("generate_project_document/<int:pk>", tasks.Unchanged.as_view()),
    path("cancel_doc_gen/<int:pk>", tasks.Unchanged.as_view()),
    path("reports/<int:pk>/generate_pdf", tasks.Unchanged.as_view()),
    path("reports/<int:pk>/cancel_doc_gen", tasks.Unchanged.as_view()),
]

API = [
    path("users/", include(USERS)),
    path("projects/", include(PROJECTS)),
    path("agencies/", include(AGENCIES)),
    path("medias/", include(MEDIAS)),
    path("adminoptions/", include(ADMINISTRATION)),
    path("documents/", include(DOCUMENTS)),
    path("caretakers/tasks/<int:pk>", pages.CaretakerTasks.as_view()),
    path("caretakers/requests", pages.CaretakerRequests.as_view()),
    path("caretakers/check", pages.CaretakerCheck.as_view()),
    path("locations/list", pages.Locations.as_view()),
    path("caretakers/admin-set", tasks.SetCaretaker.as_view()),
    path("caretakers/<int:pk>", tasks.OneCaretaker.as_view()),
    path("contacts/users/<int:pk>", tasks.OneContact.as_view()),
    path("communications/comments", tasks.Comments.as_view()),
]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include(API)),
    path("health/", health),
    path("files/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
]
