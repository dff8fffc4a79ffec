from django.contrib import admin

from authcompare.users.admin import LogInAdmin

from .models import Session

admin.site.register(Session, LogInAdmin)
