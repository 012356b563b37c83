from .agencies import Affiliation, Agency, Branch, BusinessArea, Division
from .medias import AgencyPhoto, AreaPhoto, Avatar, ProjectPhoto
from .people import Caretaker, Contact, Profile, User, Work
from .projects import Document, Project, ProjectMember
from .staff import EducationEntry, EmploymentEntry, Keyword, StaffProfile
from .tasks import AdminTask, Comment
