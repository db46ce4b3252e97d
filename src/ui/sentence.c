#include <string.h>

#include "ui/sentence.h"
#include "ui/terminal.h"

char *
sentence_fill(
    char *out, size_t size, const char *sentence, const struct subject *subject)
{
	size_t n = 0;

	for (; *sentence != '\0' && n + 1 < size; sentence++) {
		const char *part = *sentence == '$' ? subject->name :
		    *sentence == '@'                ? subject->address :
		    *sentence == '#'                ? subject->reason :
						      NULL;
		size_t len = part != NULL ? strlen(part) : 1;

		if (len >= size - n)
			break;
		memcpy(out + n, part != NULL ? part : sentence, len);
		n += len;
	}
	out[n] = '\0';
	return out;
}

void
sentence_tell(const char *sentence, const struct subject *subject)
{
	char text[1024];

	tell("%s", sentence_fill(text, sizeof(text), sentence, subject));
}
