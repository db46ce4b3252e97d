#include <string.h>

#include "as/accounts.h"
#include "as/admin.h"
#include "sys/disk.h"
#include "sys/keys.h"
#include "sys/log.h"
#include "sys/random.h"
#include "ui/options.h"

static struct keys keys;

struct keys_owner
admin_owner(const char *name)
{
	return (struct keys_owner){ CERT_AUTHORITY, name };
}

static int
issue(const struct admin *a)
{
	const char *class = a->issue[0], *why;
	char text[KEYS_FINGERPRINT_MAX];

	if (strlen(class) != 1 || strchr("123", class[0]) == NULL) {
		log_warn("--issue %s: a class is 1 (a person or a device), 2 "
			 "(a program that serves) or 3 (an authority)",
		    class);
		return EXIT_USAGE;
	}
	why = keys_issue(
	    &keys, (enum cert_class)(class[0] - '0'), a->issue[1], a->name);
	if (why != NULL)
		fatalx("%s", why);
	log_info("AS has made %s: %s", a->issue[1],
	    keys_fingerprint(text, keys.issued));
	return EXIT_FINE;
}

static void
print(const char *line, bool revoked, void *arg)
{
	*(bool *)arg = true;
	log_info("%s%s", line, revoked ? " (revoked)" : "");
}

static int
list(void)
{
	bool any = false;
	const char *why = keys_issued(&keys, print, &any);

	if (why != NULL)
		fatalx("%s", why);
	if (!any)
		log_info("AS has issued nothing from %s", keys.path);
	return EXIT_FINE;
}

static int
forget(const struct admin *a)
{
	int keep[3];
	const char *why;

	if (!wire_valid(F_UID, a->forget)) {
		log_warn("--forget %s: not a UID of 5 digits", a->forget);
		return EXIT_USAGE;
	}
	if (disk_is_missing(a->data))
		fatalx("%s: there is no such directory", a->data);
	if ((why = accounts_open(a->data, false, keep)) != NULL)
		fatalx("%s: %s", a->data, why);
	switch (accounts_forget(a->forget)) {
	case ACCOUNT_FOUND:
		log_info("AS has forgotten the device of %s: any may register",
		    a->forget);
		return EXIT_FINE;
	case ACCOUNT_NONE:
		fatalx("%s: no user %s", a->data, a->forget);
	case ACCOUNT_UNREADABLE:
		accounts_report(a->forget);
	}
	return EXIT_FAILED;
}

int
admin_run(const struct admin *a)
{
	struct keys_owner owner = admin_owner(a->issue[0] ? NULL : a->name);
	const char *why;
	int status;

	if (a->forget != NULL)
		return forget(a);
	if (a->issue[0] == NULL && !a->list)
		return GO_ON;
	if (a->keys == NULL) {
		log_warn("--issue and --list: in which directory? Give -s DIR");
		return EXIT_USAGE;
	}
	if (random_open() == -1)
		fatal("cannot open the system's random source");
	why = keys_open(&keys, a->keys, &owner);
	if (why != NULL)
		fatalx("%s", why);
	status = a->list ? list() : issue(a);
	keys_close(&keys);
	return status;
}
