"""Who a session belongs to, with what the header of each page tells them."""

from django.contrib.auth.backends import ModelBackend

from accounts.models import User

from .models import UnseenReview
from .overview import count_of


class TeamBackend(ModelBackend):
    """Django's, with ``unseen_review_count``: the query for the account counts it too."""

    def get_user(self, user_id):
        unseen = count_of(UnseenReview.objects, "coder")
        user = User.objects.annotate(unseen_review_count=unseen).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
