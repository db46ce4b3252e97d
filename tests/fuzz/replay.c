/*
 * replay - a fuzz entry run over the files of its corpus, without a fuzzer:
 *
 *	replay FILE ...
 *
 * Whatever is wrong with one aborts, after its name has been shown.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *current;

/* The second time it is deadly, as it was meant. */
static void
show_current(int number)
{
	if (write(STDERR_FILENO, current, strlen(current)) == -1 ||
	    write(STDERR_FILENO, ": fails\n", 8) == -1)
		_exit(1);
	signal(number, SIG_DFL);
	raise(number);
}

static int
replay(const char *name)
{
	static uint8_t data[1 << 16];
	FILE *f = fopen(name, "rb");
	size_t n;

	if (f == NULL) {
		perror(name);
		return 1;
	}
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	current = name;
	return LLVMFuzzerTestOneInput(data, n);
}

int
main(int argc, char *argv[])
{
	int failed = 0;

	signal(SIGABRT, show_current);
	signal(SIGSEGV, show_current);

	for (int i = 1; i < argc; i++)
		failed += replay(argv[i]) != 0;
	printf("fuzz: %d inputs replayed, %d failed\n", argc - 1, failed);
	return failed != 0 || argc == 1;
}
