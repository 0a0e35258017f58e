#include <png.h>
// crc32 of a chunk that libpng does not write.
#include <zlib.h>
