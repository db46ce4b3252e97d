/* version - of the suite, as -V and the archive name it. */
#ifndef VERSION_H
#define VERSION_H

#define VERSION "1.0"

#endif
