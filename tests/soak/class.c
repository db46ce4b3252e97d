#include "trial.h"
void prove_class(void) { figure("x"); }
