/* Row 21: a full disk, and one that fails at every single call. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial.h"

#define STEPS_MAX 60
#define SIZE      3000
#define LARGE     300000
#define ON_DISK                                                                \
	(1u << CALL_WRITE | 1u << CALL_FSYNC | 1u << CALL_CLOSE |              \
	    1u << CALL_RENAME | 1u << CALL_LINK | 1u << CALL_UNLINK |          \
	    1u << CALL_OPEN | 1u << CALL_MKDIR | 1u << CALL_STAT)

static unsigned runs;

/* Listed means whole; answered OK means done; refused means told so. */
static void
check_files(struct person *p, const char *what, char op, bool ok)
{
	char path[PATH_ROOM];
	bool there;

	if (!person_do(p, 'L', NULL, 0)) {
		flaw("%s: no list afterwards: \"%.40s\"", what, p->said);
		return;
	}
	there = trial_listed(p, "new.txt");
	trial_path(path, p, "new.txt");
	if (op == 'U' && ok && !there)
		flaw("%s: RUP OK, but it is not listed", what);
	if (op == 'D' && ok && there)
		flaw("%s: RDL OK, but it is listed", what);
	if (there && !content_is_file(path, SIZE))
		flaw("%s: listed, but not whole", what);
	if (op != 'X' && !trial_listed(p, "keep.txt"))
		flaw("%s: keep.txt is lost: %.60s", what, p->said);
}

static bool
answered_ok(const struct person *p)
{
	const char *status = strrchr(p->said, ' ');

	return status != NULL && strcmp(status, " OK") == 0;
}

static void
check_server(struct server *s, const char *what)
{
	is_hopeless = NULL;
	steer_off();
	if (server_alive(s))
		return;
	flaw("%s: the %s has gone", what, s->program);
	server_start(s);
}

static void
check_again(struct person *p, const char *what, char op, bool ok, int onward)
{
	check_files(p, what, op, ok);
	if (op == 'D' && !ok && trial_listed(p, "new.txt"))
		person_did(p, 'D', "new.txt", 0, "RDL OK");
	if (op != 'U' || trial_listed(p, "new.txt"))
		return;
	/* A disk that took the name and nothing after it keeps it taken. */
	if (!person_do(p, 'U', "new.txt", SIZE) ||
	    (strcmp(p->said, "RUP OK") != 0 &&
		!(onward && strcmp(p->said, "RUP DUP") == 0)))
		flaw("%s: again: \"%s\"", what, p->said);
}

/* What could not be written, or not for good, was not answered OK. */
static void
check_answer(const char *what, bool ok)
{
	if (ok && (steer_struck(CALL_WRITE) || steer_struck(CALL_FSYNC)))
		flaw("%s: answered OK all the same", what);
}

/* What cannot be looked at is not said to be missing. */
static void
check_said(const struct person *p, const char *what, char op)
{
	if (op == 'L' && strstr(p->said, " NOK") == NULL &&
	    (!trial_listed(p, "keep.txt") || !trial_listed(p, "put0.txt")))
		flaw("%s: \"%.40s\"", what, p->said);
	if (strstr(p->said, " EOF") != NULL)
		flaw("%s: \"%s\", but it is there", what, p->said);
}

/*
 * Once the account is gone whoever registers sees nothing, whatever the disk
 * refused.
 */
static void
check_removed(struct person *p, const char *what, bool ok)
{
	bool device, account = trial_has_account(p, &device);

	if (ok && (account || trial_count(p) > 0))
		flaw("%s: RRM OK, but there are files", what);
	if (account)
		return;
	if (!person_come(p))
		flaw("%s: cannot register again", what);
	person_did(p, 'L', NULL, 0, "RLS EOF");
}

/* One operation at the FS, its n-th call failing: false where none did. */
static bool
fail_files(char op, int error, unsigned n, int onward)
{
	struct person p;
	const char *name = op == 'R' ? "keep.txt" : "new.txt";
	char what[64], tid[5];
	bool ok, fired;

	trial_person(&p);
	snprintf(what, sizeof(what), "%c, %s at call %u%s", op, strerror(error),
	    n, onward ? " and on" : "");
	trial_put(&p, 1, SIZE);
	if (!person_come(&p) ||
	    !person_did(&p, 'U', "keep.txt", SIZE, "RUP OK") ||
	    (op == 'D' && !person_did(&p, 'U', "new.txt", SIZE, "RUP OK")) ||
	    !person_tid(&p, op, strchr("LX", op) != NULL ? NULL : name, tid)) {
		flaw("%s: cannot prepare: %s", what, p.said);
		return false;
	}
	steering()->error = error;
	steering()->onward = onward;
	steering()->files_only = 1;
	is_hopeless = trial_hopeless;
	steer_fault(FAULT_ERROR, ON_DISK, n);
	if (!person_ask(&p, op, name, SIZE, tid) && op != 'R')
		flaw("%s: no answer", what);
	ok = answered_ok(&p);
	fired = steer_fired();
	check_answer(what, ok);
	check_server(&trial_fs, what);
	if (!fired && n == 1)
		flaw("%s: no call was seen", what);
	check_said(&p, what, op);
	if (op == 'X')
		check_removed(&p, what, ok);
	else
		check_again(&p, what, op, ok, onward);
	person_leave(&p);
	runs++;
	return fired;
}

/*
 * REG with a wrong password for a user who is there: the AS that cannot read
 * the account must not take it for a new one.
 */
static bool
fail_account(bool stranger, int error, unsigned n, int onward)
{
	struct person p, other;
	char what[64];
	bool ok, fired;

	trial_person(&p);
	snprintf(what, sizeof(what), "%s, %s at call %u%s",
	    stranger ? "a stranger's REG" : "UNR", strerror(error), n,
	    onward ? " and on" : "");
	if (!person_come(&p))
		flaw("%s: cannot prepare", what);
	other = p;
	other.device = -1;
	if (stranger)
		memcpy(other.pass, "Stranger", sizeof(other.pass));
	else
		other.device = p.device;
	steering()->error = error;
	steering()->onward = onward;
	steering()->files_only = 1;
	is_hopeless = trial_hopeless;
	steer_fault(FAULT_ERROR, ON_DISK, n);
	ok = stranger ? person_register(&other) : person_unregister(&other);
	fired = steer_fired();
	check_answer(what, ok);
	check_server(&trial_as, what);
	if (!fired && n == 1)
		flaw("%s: no call was seen", what);
	if (stranger && ok)
		flaw("%s: RRG OK", what);
	if (!person_login(&p))
		flaw("%s: the right password is refused: %s", what, p.said);
	if (stranger)
		person_leave(&other);
	person_leave(&p);
	runs++;
	return fired;
}

static bool
fail_one(char op, int error, unsigned n, int onward)
{
	if (strchr("LRUDX", op) != NULL)
		return fail_files(op, error, n, onward);
	return fail_account(op == 'S', error, n, onward);
}

static void
fail_all(const char *ops)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT };
	unsigned step = (unsigned)size_of(1, 3);

	for (const char *op = ops; *op != '\0'; op++)
		for (int e = 0; e < size_of(3, 1); e++)
			for (int onward = 0; onward < 2; onward++)
				for (unsigned n = 1; n < STEPS_MAX &&
				     fail_one(*op, errors[e], n, onward);
				     n += step)
					;
}

/* What is beyond a disk of 1 MB is refused, and room comes back. */
static void
fill_disk(void)
{
	struct person p;
	char name[16];
	int ok = 0;

	trial_person(&p);
	if (!person_come(&p))
		flaw("a full disk: cannot come");
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "f%d.txt", i);
		if (!person_do(&p, 'U', name, LARGE))
			flaw("a full disk: no answer");
		ok += answered_ok(&p);
		if (!answered_ok(&p) && strcmp(p.said, "RUP NOK") != 0)
			flaw("a full disk: \"%s\"", p.said);
	}
	if (ok != 3 || trial_count(&p) != ok)
		flaw("a full disk: %d OK, %d there", ok, trial_count(&p));
	person_did(&p, 'R', "f1.txt", LARGE, "RRT OK 300000");
	person_did(&p, 'D', "f0.txt", 0, "RDL OK");
	/* What was deleted may take a moment to be gone. */
	for (double until = seconds() + 20; seconds() < until; nap(20))
		if (!person_do(&p, 'U', "again.txt", LARGE) || answered_ok(&p))
			break;
	if (!answered_ok(&p))
		flaw("a full disk: no room after a DEL: \"%s\"", p.said);
	person_leave(&p);
}

/* With room for one small file more: a removal, which writes two, makes it. */
static void
remove_from_full(const char *path)
{
	struct person p;

	trial_person(&p);
	if (!person_come(&p))
		flaw("a full disk: cannot come");
	person_did(&p, 'U', "f.txt", 10 * SIZE, "RUP OK");
	run_shell("cd '%s' && { dd if=/dev/zero of=fill bs=4096;"
		  " truncate -s -4096 fill; } 2>/dev/null",
	    path);
	person_did(&p, 'X', NULL, 0, "RRM OK");
	run_shell("rm '%s/fill'", path);
	person_leave(&p);
}

static bool
mount_small(const char *path)
{
	struct stat in, out;

	mkdir(path, 0700);
	run_shell(
	    "mount -t tmpfs -o size=1m,mode=700 tmpfs '%s' 2>/dev/null", path);
	return stat(path, &in) == 0 && stat(scene_dir(), &out) == 0 &&
	    in.st_dev != out.st_dev;
}

/* Whether there was one. */
static bool
run_full_disk(void)
{
	char path[PATH_ROOM];
	bool mounted;

	path_in(path, scene_dir(), "fs.data");
	mounted = mount_small(path);
	if (!mounted)
		skip("a full disk: no small one can be mounted");
	else {
		if (trial_open(false)) {
			fill_disk();
			remove_from_full(path);
			trial_close();
		}
		/* The FS's children end a moment after it and hold the
		 * place. */
		run_shell("for i in $(seq 100); do umount '%s' && break;"
			  " sleep 0.2; done 2>/dev/null",
		    path);
	}
	return mounted;
}

/* A write that a signal interrupts has not failed: it is made again. */
static void
interrupt_write(struct server *s)
{
	bool at_as = s == &trial_as;
	struct person p;
	char tid[5];

	trial_person(&p);
	if (!at_as && (!person_come(&p) || !person_tid(&p, 'U', "i.txt", tid)))
		flaw("EINTR: cannot prepare: %s", p.said);
	steering()->error = EINTR;
	steering()->onward = 0;
	steering()->files_only = 1;
	steer_fault(FAULT_ERROR, 1u << CALL_WRITE, 1);
	if (at_as && !person_register(&p))
		flaw("EINTR: a REG is answered \"%s\"", p.said);
	if (!at_as &&
	    (!person_ask(&p, 'U', "i.txt", SIZE, tid) || !answered_ok(&p)))
		flaw("EINTR: an upload is answered \"%s\"", p.said);
	steer_off();
	if (!steer_fired())
		flaw("EINTR: no write of the %s was seen", s->program);
	if (!at_as)
		person_did(&p, 'R', "i.txt", 0, "RRT OK 3000");
	person_leave(&p);
	runs++;
}

void
prove_disk_faults(void)
{
	bool full = run_full_disk();

	if (!trial_open(false))
		return;
	if (!steer_holds()) {
		trial_close();
		return;
	}
	interrupt_write(&trial_fs);
	fail_all("LRUDX");
	trial_close();
	if (!trial_open(true))
		return;
	interrupt_write(&trial_as);
	fail_all("SN");
	trial_close();
	figure("%d violations in %u faults%s", flaws(), runs,
	    full ? ", a full disk" : "");
	allowed("0");
}
