"""What the kernel shows: signing up and in, staff, letters, jobs."""

from kernel import web

install = web.install("kernel")
admin = web.admin("kernel")
store = web.store("kernel")
