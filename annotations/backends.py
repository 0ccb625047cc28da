"""Who a session belongs to, with what the header of each page tells them."""

from django.contrib.auth.backends import ModelBackend

from accounts.models import User

from .models import Notice
from .overview import count_of


class TeamBackend(ModelBackend):
    """Django's, with ``unread_count`` of the inbox: the query for the account counts it too."""

    def get_user(self, user_id):
        unread = count_of(Notice.objects.unread().standing(), "person")
        user = User.objects.annotate(unread_count=unread).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
