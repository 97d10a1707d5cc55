using Larder.Keys;

namespace Larder.Tests.Memory;

public sealed class LookupHashTests
{
    [Fact]
    public void Equal_texts_hash_equally_wherever_they_lie()
    {
        for (int length = 0; length < 200; length++)
        {
            string text = string.Create(length, length, static (span, seed) => new Random(seed).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(span)));
            char[] elsewhere = new char[length + 3];
            text.CopyTo(0, elsewhere, 3, length);

            Assert.Equal(LookupHash.Of(text), LookupHash.Of(elsewhere.AsSpan(3)));
            Assert.Equal(LookupHash.Of(text, 17), LookupHash.Of(elsewhere.AsSpan(3), 17));
        }
    }

    [Fact]
    public void A_change_of_any_character_the_length_or_the_seed_changes_the_hash()
    {
        var seen = new HashSet<uint>();
        int made = 0;
        for (int length = 0; length < 120; length++)
        {
            char[] text = new char[length];
            Add(text, 0);
            Add(text, 1);
            for (int i = 0; i < length; i++)
            {
                text[i] = '\u0001';
                Add(text, 0);
                text[i] = '\u0100';
                Add(text, 0);
                text[i] = '\0';
            }
        }

        // About 14,500 hashes of 32 bits: one accidental pair is not rare, ten are impossible.
        Assert.InRange(made - seen.Count, 0, 9);

        void Add(ReadOnlySpan<char> text, uint seed)
        {
            made++;
            seen.Add(LookupHash.Of(text, seed));
        }
    }

    [Fact]
    public void Similar_keys_spread_evenly_over_buckets()
    {
        const int Buckets = 1024;
        foreach (Func<int, uint> hash in new Func<int, uint>[]
        {
            i => LookupHash.Of($"user:{i}"), i => LookupHash.Of($"{i:D12}"), i => LookupHash.Of($"tenant-{i % 7}/item-{i}/details-of-it"),
            i => LookupHash.Of($"{i}"), i => LookupHash.Of(Letters(i)), i => LookupHash.Of("aaaa" + Letters(i)), i => LookupHash.Of(Letters(i) + "aaaa"),
            LookupHash.Spread, i => LookupHash.Spread(i * 1024), i => LookupHash.Spread(i << 16),
        })
        {
            int[] high = new int[Buckets];
            for (int i = 0; i < 64 * Buckets; i++)
            {
                // The upper bits, by which buckets are chosen.
                high[hash(i) >> 22]++;
            }

            // Poisson with mean 64: 150 is more than ten standard deviations away.
            Assert.InRange(high.Max(), 64, 150);
        }

        // Four letters of sixteen: they differ in few bits.
        static string Letters(int i) => string.Create(4, i, static (span, number) =>
        {
            for (int at = 0; at < span.Length; at++)
                span[at] = (char)('a' + ((number >> (4 * at)) % 16));
        });
    }

    [Fact]
    public void Keys_that_collide_in_a_public_hash_do_not_collide_here()
    {
        // Any two of these blocks have the same hash under h = 31 * h + c, so 2^12 texts of 24 characters collide there.
        var hashes = new HashSet<uint>();
        for (int i = 0; i < 4096; i++)
        {
            int bits = i;
            hashes.Add(LookupHash.Of(string.Concat(Enumerable.Range(0, 12).Select(b => ((bits >> b) & 1) == 0 ? "Aa" : "BB"))));
        }

        Assert.InRange(hashes.Count, 4090, 4096);
    }
}
