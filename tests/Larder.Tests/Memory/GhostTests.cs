using Larder.Memory;

namespace Larder.Tests.Memory;

public sealed class GhostTests
{
    [Fact]
    public void One_set_remembers_like_a_naive_list_of_eight()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var ghost = new Ghost(length: 8, span: 8);
            // Newest first; null is a place that was taken from.
            var model = new List<(uint Hash, long LastUse)?>();
            long now = 0;
            uint[] hashes = [.. Enumerable.Range(0, 20).Select(i => (uint)i << 25)];
            for (int step = 0; step < 2_000; step++)
            {
                now++;
                uint hash = hashes[random.Next(hashes.Length)];
                int index = model.FindIndex(e => e?.Hash == hash);
                long expected = index < 0 ? long.MaxValue : now - model[index]!.Value.LastUse;
                Assert.Equal(expected, ghost.Take(hash, now));
                if (index >= 0)
                    model[index] = null;

                if (random.Next(3) != 0)
                    continue;
                long lastUse = now - random.Next(100);
                ghost.Add(hash, lastUse);
                int empty = model.FindIndex(e => e is null);
                if (empty >= 0)
                    model.RemoveAt(empty);
                model.Insert(0, (hash, lastUse));
                if (model.Count > 8)
                    model.RemoveAt(8);
            }
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public void It_remembers_most_of_its_length_and_never_grows(int length)
    {
        var ghost = new Ghost(length, length);
        int capacity = ghost.Length;
        var random = new Random(3);
        uint[] hashes = [.. Enumerable.Range(0, 3 * length).Select(_ => (uint)random.NextInt64(1L << 32))];
        long now = 0;
        foreach (uint hash in hashes)
            ghost.Add(hash, now++);

        int recent = hashes[^(length / 2)..].Count(hash => ghost.Take(hash, now) <= length / 2 + (length / 8_192));
        Assert.InRange(recent, (int)(length * 0.45), length / 2);
        Assert.Equal(capacity, ghost.Length);
        Assert.InRange(capacity, length, length + 8);
    }

    [Fact]
    public void It_rarely_remembers_what_it_never_saw()
    {
        var ghost = new Ghost(10_000, 10_000);
        var random = new Random(4);
        for (int i = 0; i < 100_000; i++)
            ghost.Add((uint)random.NextInt64(1L << 32), i);

        int imagined = Enumerable.Range(0, 100_000).Count(_ => ghost.Take((uint)random.NextInt64(1L << 32), 100_000) != long.MaxValue);

        // Eight places of 4,095 fingerprints each: about 195.
        Assert.InRange(imagined, 0, 400);
    }
}
