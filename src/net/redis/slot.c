#include "net/redis/slot.h"

#include <stdint.h>
#include <string.h>

/* CRC-16/XMODEM of each half of an octet */
static const uint16_t of_half[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
    0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
};

static unsigned crc16(const char *bytes, size_t len)
{
    uint16_t crc = 0;

    for (size_t i = 0; i < len; ++i) {
        unsigned char byte = (unsigned char)bytes[i];

        crc = (uint16_t)(crc << 4) ^ of_half[(crc >> 12) ^ (byte >> 4)];
        crc = (uint16_t)(crc << 4) ^ of_half[(crc >> 12) ^ (byte & 15)];
    }
    return crc;
}

int cog_slot_of(const char *key)
{
    const char *open = strchr(key, '{');
    size_t len = open ? strcspn(open + 1, "}") : 0;
    int has_tag = len > 0 && open[1 + len] == '}';

    return (int)(has_tag ? crc16(open + 1, len) : crc16(key, strlen(key))) % COG_SLOTS;
}
