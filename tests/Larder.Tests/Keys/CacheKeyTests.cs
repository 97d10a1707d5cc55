using System.Globalization;
using System.Text;
using Larder.Keys;

namespace Larder.Tests.Keys;

public sealed class CacheKeyTests
{
    [Theory]
    [InlineData(0), InlineData(7), InlineData(10), InlineData(99), InlineData(100), InlineData(9_999), InlineData(10_000), InlineData(10_001), InlineData(1_000_000)]
    [InlineData(99_990_000), InlineData(99_999_999), InlineData(100_000_000), InlineData(int.MaxValue), InlineData(-1), InlineData(int.MinValue)]
    public void A_number_is_written_in_the_invariant_culture(int number)
    {
        AssertWritten($"user:{number}", "user:" + Text(number));
        AssertWritten($"{number}", Text(number));
        AssertWritten($"{number}:{number}", Text(number) + ":" + Text(number));
        AssertWritten($"user:{(long)number}", "user:" + Text(number));
        AssertWritten($"user:{number:X8}", "user:" + number.ToString("X8", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Every_number_of_up_to_five_digits_is_written_as_it_prints()
    {
        for (int number = 0; number < 100_000; number++)
            AssertWritten($"n{number}", "n" + Text(number));
    }

    [Fact]
    public void A_long_beyond_an_int_is_written_whole()
    {
        foreach (long number in new[] { long.MinValue, -1L, uint.MaxValue, (1L << 32) + 5, long.MaxValue })
            AssertWritten($"at {number}", "at " + number.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Keys_that_follow_each_other_on_a_thread_do_not_show_through()
    {
        string longest = new('x', 40);
        for (int i = 0; i < 3; i++)
        {
            AssertWritten($"user:{12345678}", "user:12345678");
            AssertWritten($"user:{1}", "user:1");
            AssertWritten($"user:{""}", "user:");
            AssertWritten($"{longest}", longest);
            AssertWritten($"user:{22}", "user:22");
            AssertWritten($"{7}", "7");
            AssertWritten($"user:{3}", "user:3");
            AssertWritten($"{(string?)null}", "");
            AssertWritten($"user:{4}:{longest}", "user:4:" + longest);
            AssertWritten($"order:{5}", "order:5");
        }
    }

    [Fact]
    public void Whatever_a_key_is_made_of_it_is_the_same_text_and_hash_as_a_string()
    {
        var random = new Random(20_26);
        string[] literals = ["u", "user", "user:", "a:b:c:d", "tenant-7/item-", "äöü€", new('z', 300)];
        for (int round = 0; round < 20_000; round++)
        {
            var expected = new StringBuilder();
            int parts = random.Next(1, 7);
            var key = new CacheKey(random.Next(300), parts);
            for (int part = 0; part < parts; part++)
                Append(ref key, expected, literals, random);

            AssertWritten(key, expected.ToString());
        }
    }

    [Fact]
    public void A_paper_that_has_grown_for_one_long_key_is_not_used_again()
    {
        Assert.False(IsKept(1_000));
        Assert.True(IsKept(10));

        static bool IsKept(int copies)
        {
            var paper = new KeyPaper(10);
            paper.Begin();
            for (int i = 0; i < copies; i++)
                paper.Append("some thirty characters of a key");
            paper.Release();
            return !paper.Taken;
        }
    }

    private static void Append(ref CacheKey key, StringBuilder expected, string[] literals, Random random)
    {
        switch (random.Next(9))
        {
            case 0 or 1:
                string literal = literals[random.Next(literals.Length)];
                key.AppendLiteral(literal);
                expected.Append(literal);
                break;
            case 2:
                int number = random.Next() >> random.Next(31);
                key.AppendFormatted(number);
                expected.Append(Text(number));
                break;
            case 3:
                long big = random.NextInt64() >> random.Next(63);
                key.AppendFormatted(-big);
                expected.Append((-big).ToString(CultureInfo.InvariantCulture));
                break;
            case 4:
                string text = new((char)random.Next(1, 0x3000), random.Next(20));
                key.AppendFormatted(text);
                expected.Append(text);
                break;
            case 5:
                ReadOnlySpan<char> span = "some characters".AsSpan(random.Next(15));
                key.AppendFormatted(span);
                expected.Append(span);
                break;
            case 6:
                var id = new Guid(random.Next(), 1, 2, [1, 2, 3, 4, 5, 6, 7, 8]);
                key.AppendFormatted(id, "N");
                expected.Append(id.ToString("N"));
                break;
            case 7:
                double amount = random.NextDouble();
                key.AppendFormatted(amount);
                expected.Append(amount.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                key.AppendFormatted((object?)null);
                break;
        }
    }

    [Fact]
    public void A_hole_that_makes_a_key_itself_leaves_the_outer_key_alone()
    {
        using Cache cache = Cache.Create();
        cache.Set("inner:1", 5);

        AssertWritten($"outer:{cache.Get<int>($"inner:{1}")}:{2}", "outer:5:2");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void AssertWritten(CacheKey key, string expected)
    {
        // One that is not written is also returned as text without being written first.
        if (key.IsNumbered)
        {
            Assert.Equal(expected, key.ToString());
            key = CacheKey.Write(key.Numbered);
        }

        uint hash = key.Hash(17, out ReadOnlySpan<char> characters);
        if (!characters.SequenceEqual(expected) || hash != LookupHash.Of(expected, 17))
            Assert.Fail($"The key is '{characters}' and should be '{expected}'; its hash is {hash} and should be {LookupHash.Of(expected, 17)}.");
        Assert.Equal(expected, key.ToStringAndRelease());
    }
}
