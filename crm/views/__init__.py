"""What crm shows: to shoppers who they are here, to staff the people of the shop."""

from kernel import web

store = web.store("crm")
admin = web.admin("crm")
