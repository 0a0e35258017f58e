// The module is its header; this file lets it build as one.
#include "CLanes.h"
