using System.Globalization;
using Larder.Keys;

namespace Larder.Tests.Keys;

public sealed class KnownKeysTests
{
    private static readonly string[] Heads = ["u", "user:", "order:", "a:user:", "b:user:", new('z', 90)];

    [Fact]
    public void What_is_found_is_always_the_key_of_its_head_and_number()
    {
        var known = new KnownKeys(100);
        var random = new Random(11);
        int found = 0;
        for (int round = 0; round < 200_000; round++)
        {
            NumberedKey key = Any(random);
            uint seed = (uint)random.Next(3) * 977;
            if (known.TryGet(key, seed, out string text, out uint hash))
            {
                found++;
                Assert.Equal(Text(key), text);
                Assert.Contains(hash, new[] { LookupHash.Of(text, 0), LookupHash.Of(text, 977), LookupHash.Of(text, 1_954) });
            }
            else if (round % 3 == 0)
            {
                known.Add(key, seed, Text(key));
            }
        }

        Assert.InRange(found, 20_000, 200_000);
    }

    [Fact]
    public void As_many_keys_as_there_are_entries_are_found_with_their_hashes()
    {
        var known = new KnownKeys(1_000);
        // What is known is lost when there are more places: as often as a table of 64 becomes one of 4,096.
        for (int round = 0; round < 7; round++)
        {
            for (int number = 0; number < 1_000; number++)
                known.Add(new NumberedKey(Heads[1], NumberedKey.Digits(number)), 5, "user:" + number);
        }

        for (int number = 0; number < 1_000; number++)
        {
            Assert.True(known.TryGet(new NumberedKey(Heads[1], NumberedKey.Digits(number)), 5, out string text, out uint hash));
            Assert.Equal("user:" + number, text);
            Assert.Equal(LookupHash.Of(text, 5), hash);
        }
    }

    [Fact]
    public void The_same_characters_in_another_string_are_another_head()
    {
        var known = new KnownKeys(100);
        known.Add(new NumberedKey("user:", NumberedKey.Digits(1)), 5, "user:1");

        Assert.False(known.TryGet(new NumberedKey(new string("user:"), NumberedKey.Digits(1)), 5, out _, out _));
    }

    [Fact]
    public void A_number_that_is_written_in_another_way_is_another_key()
    {
        ulong[] numbers = [NumberedKey.Digits(7), NumberedKey.Part(7), NumberedKey.Part(7L)];
        var known = new KnownKeys(100);
        foreach (ulong number in numbers)
            known.Add(new NumberedKey(Heads[0], number), 0, number.ToString(CultureInfo.InvariantCulture));

        foreach (ulong number in numbers)
            Assert.True(!known.TryGet(new NumberedKey(Heads[0], number), 0, out string text, out _) || text == number.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(3, numbers.Distinct().Count());
    }

    [Fact]
    public void A_key_that_takes_another_ones_place_while_it_is_read_is_not_found_with_its_string()
    {
        var known = new KnownKeys(entries: 1);
        NumberedKey one = new(Heads[0], 1);
        known.Add(one, 3, Text(one));
        NumberedKey other = one;
        while (known.TryGet(one, 3, out _, out _))
        {
            other = new NumberedKey(Heads[0], other.Number + 1);
            known.Add(other, 3, Text(other));
        }

        string[] texts = [Text(one), Text(other)];
        known.Add(one, 3, texts[0]);
        known.Add(other, 3, texts[1]);
        bool running = true;
        var writer = new Thread(() =>
        {
            for (int round = 0; round < 3_000_000; round++)
            {
                known.Add(one, 3, texts[0]);
                known.Add(other, 3, texts[1]);
            }

            Volatile.Write(ref running, false);
        });
        writer.Start();

        int found = 0;
        while (Volatile.Read(ref running))
        {
            if (known.TryGet(one, 3, out string text, out _))
            {
                found++;
                Assert.Same(texts[0], text);
            }

            if (known.TryGet(other, 3, out text, out _))
                Assert.Same(texts[1], text);
        }

        writer.Join();
        Assert.InRange(found, 1, int.MaxValue);
    }

    [Theory]
    [InlineData(1)] // So few places that threads meet all the time.
    [InlineData(1_000)]
    public void Threads_that_read_what_others_write_see_whole_keys(long entries)
    {
        var known = new KnownKeys(entries);
        int found = 0;
        AtOnce.Run(4, thread =>
        {
            var random = new Random(thread);
            for (int round = 0; round < 300_000; round++)
            {
                NumberedKey key = Any(random);
                if (random.Next(4) == 0)
                {
                    known.Add(key, 3, Text(key));
                }
                else if (known.TryGet(key, 3, out string text, out uint hash))
                {
                    Interlocked.Increment(ref found);
                    if (text != Text(key) || hash != LookupHash.Of(text, 3))
                        Assert.Fail($"'{text}' was found for '{Text(key)}'.");
                }
            }
        });

        Assert.InRange(found, 1_000, int.MaxValue);
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(9_999), InlineData(10_000), InlineData(123_456_789), InlineData(int.MaxValue)]
    [InlineData(-1), InlineData(int.MinValue), InlineData(long.MaxValue), InlineData(long.MinValue), InlineData(1L << 62), InlineData((1L << 62) - 1)]
    public void A_number_is_written_as_the_writer_of_keys_writes_it(long number)
    {
        string head = CacheKeyWriter.CreateHead("method");
        if (number == (int)number)
            AssertPart(new NumberedKey(head, NumberedKey.Part((int)number)), (ref CacheKeyWriter writer) => writer.Append((int)number));
        AssertPart(new NumberedKey(head, NumberedKey.Part(number)), (ref CacheKeyWriter writer) => writer.Append(number));

        void AssertPart(NumberedKey key, KeyText.Writing write)
        {
            // A number too large to be packed is not one.
            if (!key.IsValid)
            {
                Assert.True((ulong)number >= 1UL << 62);
                return;
            }

            Assert.Equal(KeyText.Whole(head, write), CacheKey.Write(key).ToStringAndRelease());
        }
    }

    private static NumberedKey Any(Random random) => new(Heads[random.Next(Heads.Length)], random.Next(2) == 0 ? NumberedKey.Digits(random.Next(40)) : NumberedKey.Part(random.Next(40)));

    private static string Text(NumberedKey key) => CacheKey.Write(key).ToStringAndRelease();
}
