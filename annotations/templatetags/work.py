"""What pages of talks show of the work in annotations, which they do not know."""

from django import template

from annotations import overview

register = template.Library()
register.simple_tag(overview.last_worked_on_by)
