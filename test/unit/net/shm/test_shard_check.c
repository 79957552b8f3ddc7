/* One thing that does not fit, in a shard that is sound but for that. */
#include "test/unit/unit.h"

#include "net/shm/shard.h"
#include "net/shm/shard_check.h"
#include "net/shm/shard_queue.h"

#define NOW 1000

/* Of each kind an entry of one block, one of two and one of three, which end in this
 * order; and three free blocks. */
typedef struct {
    cog_shard_t *shard;
    int kind; /* the one that is damaged */
    cog_shard_index_t one, two, three;
} parts_t;

static cog_shard_index_t insert(cog_shard_t *shard, const char *name, size_t len,
                                apr_time_t end, int kind)
{
    static const unsigned char bytes[400] = {0};
    cog_shard_key_t key = cog_shard_key(name);

    cog_shard_insert(shard, &key, (cog_span_t){bytes, len}, end, kind);
    return cog_shard_find(shard, &key, NOW);
}

static parts_t make(apr_pool_t *pool, int kind)
{
    parts_t parts = {.shard = apr_pcalloc(pool, sizeof(cog_shard_t)), .kind = kind};
    int other = COG_SHARD_KINDS - 1 - kind;
    cog_shard_index_t gone = insert(parts.shard, "gone", 300, NOW + 1, kind);

    parts.one = insert(parts.shard, "1", 10, NOW + 1, kind);
    parts.two = insert(parts.shard, "2", 200, NOW + 2, kind);
    parts.three = insert(parts.shard, "3", 300, NOW + 3, kind);
    insert(parts.shard, "4", 10, NOW + 4, other);
    cog_shard_remove(parts.shard, gone);
    return parts;
}

static cog_shard_block_t *block_of(const parts_t *parts, cog_shard_index_t block)
{
    return cog_shard_block(parts->shard, block);
}

static cog_shard_index_t last_block(const parts_t *parts, cog_shard_index_t block)
{
    while (block_of(parts, block)->next) {
        block = block_of(parts, block)->next;
    }
    return block;
}

static void put(const parts_t *parts, uint16_t place, cog_shard_index_t entry)
{
    parts->shard->queues[parts->kind][place] = entry;
    block_of(parts, entry)->first.place = place;
}

/* ---- what may be damaged ---- */

static void touch_too_much(const parts_t *parts)
{
    parts->shard->touched = COG_SHARD_BLOCKS + 1;
}

static void name_a_block_that_was_never_used(const parts_t *parts)
{
    uint16_t bucket = block_of(parts, parts->one)->first.bucket;

    parts->shard->buckets[bucket] = (cog_shard_index_t)(parts->shard->touched + 1);
}

static void go_round(const parts_t *parts)
{
    block_of(parts, parts->one)->first.next_entry = parts->one;
}

static void be_in_another_bucket(const parts_t *parts)
{
    block_of(parts, parts->one)->first.bucket ^= 1;
}

static void be_of_another_kind(const parts_t *parts)
{
    block_of(parts, parts->one)->first.kind = COG_SHARD_KINDS;
}

static void lose_a_block(const parts_t *parts)
{
    block_of(parts, parts->two)->next = 0;
}

static void have_a_block_too_many(const parts_t *parts)
{
    block_of(parts, last_block(parts, parts->two))->next = parts->shard->free;
}

static void share_a_block(const parts_t *parts)
{
    block_of(parts, parts->two)->next = last_block(parts, parts->three);
}

static void count_another_length(const parts_t *parts)
{
    block_of(parts, parts->two)->first.value_len = 300;
}

static void free_what_is_used(const parts_t *parts)
{
    parts->shard->free = parts->one;
}

static void free_less(const parts_t *parts)
{
    parts->shard->free = block_of(parts, parts->shard->free)->next;
}

static void wait_behind_the_queue(const parts_t *parts)
{
    put(parts, parts->shard->queued[parts->kind], parts->three);
}

static void wait_in_anothers_place(const parts_t *parts)
{
    block_of(parts, parts->three)->first.place = 0;
}

static void wait_twice(const parts_t *parts)
{
    uint16_t count = parts->shard->queued[parts->kind]++;

    parts->shard->queues[parts->kind][count] = parts->three;
}

static void wait_in_the_wrong_order(const parts_t *parts)
{
    put(parts, 0, parts->three);
    put(parts, 1, parts->one);
    put(parts, 2, parts->two);
}

static void count_too_many_blocks(const parts_t *parts)
{
    parts->shard->used[parts->kind] += 1;
}

static const struct {
    const char *rule;
    void (*damage)(const parts_t *parts);
} damages[] = {
    {"more blocks than there are",  touch_too_much                  },
    {"a block that was never used", name_a_block_that_was_never_used},
    {"an entry behind itself",      go_round                        },
    {"another bucket",              be_in_another_bucket            },
    {"another kind",                be_of_another_kind              },
    {"a chain that is too short",   lose_a_block                    },
    {"a chain that is too long",    have_a_block_too_many           },
    {"a block of two entries",      share_a_block                   },
    {"another length",              count_another_length            },
    {"a free block that is used",   free_what_is_used               },
    {"a block of nobody",           free_less                       },
    {"a place behind the queue",    wait_behind_the_queue           },
    {"another one's place",         wait_in_anothers_place          },
    {"two places",                  wait_twice                      },
    {"another order",               wait_in_the_wrong_order         },
    {"another number of blocks",    count_too_many_blocks           },
};

static void refuses_what_does_not_fit(void **state)
{
    for (int kind = 0; kind < COG_SHARD_KINDS; ++kind) {
        for (size_t i = 0; i < COUNT(damages); ++i) {
            parts_t parts = make(*state, kind);

            assert_true(cog_shard_is_sound(parts.shard));
            damages[i].damage(&parts);
            if (cog_shard_is_sound(parts.shard)) {
                fail_msg("%s: is taken for sound", damages[i].rule);
            }
        }
    }
}

static void takes_an_empty_one(void **state)
{
    cog_shard_t *shard = apr_pcalloc(*state, sizeof(*shard));

    assert_true(cog_shard_is_sound(shard));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(refuses_what_does_not_fit),
        cmocka_unit_test_with_pool(takes_an_empty_one),
    };

    return cmocka_run_group_tests_name("net/shm/shard_check", tests, NULL, NULL);
}
