/* Row 17: names that lead elsewhere, and what others put into the store. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial.h"

static const char *const hostile[] = { "../x.txt", "..", ".", "/etc/passwd",
	"../../etc/passwd", "a/b.txt", "/x.txt", "./x.txt", "x/../y.txt",
	"..%2fx.txt", "..\\x.txt", "C:\\x.txt", "~/x.txt", "$HOME.txt",
	"`id`.txt", "$(id).txt", "x;id.txt", "x|id.txt", "x&id.txt", "x>y.txt",
	"x<y.txt", "*.txt", "?.txt", "[a].txt", "{a}.txt", "'x'.txt",
	"\"x\".txt", "x\ty.txt", "x\ry.txt", "x\x01y.txt", "x\x7fy.txt",
	"x\x80y.txt", "x\xffy.txt", "caf\xc3\xa9.txt", "x\x1b[2J.txt", ".txt",
	"x.", "x", "x.t", "x.tx", "x.text", "x.t-t", "x..txt/", "x.txt/",
	"x.txt/.", "work", "../work/lock", "../10000/a.txt",
	"../../as.data/10000", "aaaaaaaaaaaaaaaaaaaaaaaaa.txt",
	"aaaaaaaaaaaaaaaaaaaaa.txt.x", "%s%s%s.txt", "%n%n.txt", "x%00.txt",
	"x.txt%0a", "-rf /.txt", "nul.txt ", " x.txt", "x .txt", "x:y.txt",
	"x.t\xc3\xa9", "x,y.txt" };

#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static void
refuse(const char *verb, const char *reply, const char *name)
{
	int fd = tcp_to(LOCAL, trial_fs.port);
	char text[256];

	say(fd, "%s 10000 1234 %s%s\n", verb, name,
	    strcmp(verb, "UPL") == 0 ? " 3 abc" : "");
	hear(fd, text, sizeof(text));
	if (strcmp(text, reply) != 0)
		flaw("%s %s: \"%s\"", verb, name, text);
	close(fd);
}

static int
count_outside(void)
{
	DIR *d = opendir(scene_dir());
	int n = 0;

	if (d == NULL)
		return -1;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static const char *const planted[] = { "link.txt", "fifo.txt", "dirs.txt",
	"hard.txt", "null.txt" };

#define PLANTED (int)(sizeof(planted) / sizeof(planted[0]))

/* Planted in the user's directory: no files, and nobody waits for them. */
static void
plant(const struct person *p)
{
	char path[PATH_ROOM], other[PATH_ROOM];

	trial_put(p, 1, 100);
	trial_path(path, p, "link.txt");
	if (symlink("/etc/passwd", path) == -1)
		flaw("cannot plant a link");
	trial_path(path, p, "fifo.txt");
	if (mkfifo(path, 0600) == -1)
		flaw("cannot plant a FIFO");
	trial_path(path, p, "dirs.txt");
	if (mkdir(path, 0700) == -1)
		flaw("cannot plant a directory");
	trial_path(path, p, "hard.txt");
	path_in(other, scene_dir(), "secret");
	if (close(open(other, O_WRONLY | O_CREAT, 0600)) == -1 ||
	    link(other, path) == -1)
		flaw("cannot plant a second link");
	trial_path(path, p, "null.txt");
	run_shell("mknod '%s' c 1 3 2>/dev/null", path);
}

/* Each is what it is meant to be, and stays so: asked for and deleted. */
static int
refuse_planted(struct person *p)
{
	int n = 0;

	for (int i = 0; i < PLANTED; i++) {
		char path[PATH_ROOM];
		struct stat is, was;

		trial_path(path, p, planted[i]);
		if (lstat(path, &was) == -1) {
			skip("no %s could be planted", planted[i]);
			continue;
		}
		person_did(p, 'R', planted[i], 0, "RRT EOF");
		person_did(p, 'D', planted[i], 0, "RDL EOF");
		if (lstat(path, &is) == -1 || is.st_ino != was.st_ino)
			flaw("%s is no longer there", planted[i]);
		n++;
	}
	return n;
}

void
prove_hostile_names(void)
{
	struct person p;
	int before, n;

	if (!trial_open(false))
		return;
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come");
	before = count_outside();
	for (size_t i = 0; i < HOSTILE; i++) {
		refuse("UPL", "RUP ERR", hostile[i]);
		refuse("RTV", "RRT ERR", hostile[i]);
		refuse("DEL", "RDL ERR", hostile[i]);
	}
	if (trial_count(&p) != -1 || count_outside() != before)
		flaw("a hostile name has made something");
	plant(&p);
	person_did(&p, 'L', NULL, 0, "RLS 1 put0.txt 100");
	n = refuse_planted(&p);
	person_leave(&p);
	trial_close();
	figure("%zu names, 3 requests each, %d planted: %d violations", HOSTILE,
	    n, flaws());
	allowed("0");
}
