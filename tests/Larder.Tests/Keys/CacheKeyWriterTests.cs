using System.Globalization;
using Larder.Keys;

namespace Larder.Tests.Keys;

public sealed class CacheKeyWriterTests
{
    [Fact]
    public void Values_are_read_back_whatever_they_hold()
    {
        var text = new HostileText(21);
        for (int i = 0; i < 8_000; i++)
        {
            List<object?> values = [.. Enumerable.Range(0, text.Next(4)).Select(_ => Draw(text, 3))];
            string key = KeyText.Write((ref CacheKeyWriter writer) =>
            {
                foreach (object? value in values)
                    writer.Append(value);
            });
            if (key.Length + KeyText.Head.Length <= CacheKeyWriter.MaxLength)
                AssertSame(values, new KeyReader(key).ReadAll());
        }
    }

    [Fact]
    public void Different_arguments_have_different_keys()
    {
        var text = new HostileText(22);
        var seen = new Dictionary<string, (string?, object?, string)>();
        for (int i = 0; i < 30_000; i++)
        {
            (string?, object?, string) arguments = (text.Next(4) == 0 ? null : text.Similar(), Draw(text, 0), text.Similar());
            string key = KeyText.Write((ref CacheKeyWriter writer) =>
            {
                writer.Append(arguments.Item1);
                writer.Append(arguments.Item2);
                writer.Append(arguments.Item3);
            });
            if (!seen.TryAdd(key, arguments))
                Assert.Equal(seen[key], arguments);
        }
    }

    [Fact]
    public void Values_that_look_alike_have_different_keys()
    {
        object?[] values =
        [
            null, "null", "", "/null", 0, 0L, (short)0, (byte)0, (sbyte)0, 0u, 0ul, 0.0, -0.0, 0f, 0m, 0.0m, "0", '0', false, "false", Guid.Empty, "00000000-0000-0000-0000-000000000000",
            DateTime.MinValue, DateTimeOffset.MinValue, DateOnly.MinValue, TimeOnly.MinValue, TimeSpan.Zero, DayOfWeek.Sunday, (Half)0, (Int128)0, (UInt128)0, (nint)0, (nuint)0, System.Numerics.BigInteger.Zero,
            Array.Empty<int>(), new HashSet<int>(), new Dictionary<int, int>(), default(ValueTuple), Array.Empty<byte>(), new object?[] { null }, new[] { "" }, new[] { 0 }, ValueTuple.Create(0), new[] { Array.Empty<int>() },
            "é", "e\u0301", "\uFFFD", "\uD83D", "\uDE00", "\uD83D\uDE00", "\u202Ea", "a\u202E",
        ];
        string[] keys = [.. values.Select(KeyText.Of)];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Static_type_of_an_argument_does_not_change_its_key()
    {
        Same(5);
        Same(5L);
        Same(2.5);
        Same(2.5f);
        Same(2.50m);
        Same('x');
        Same(true);
        Same(Guid.NewGuid());
        Same(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        Same(DateTimeOffset.UnixEpoch);
        Same(new DateOnly(2026, 1, 2));
        Same(DayOfWeek.Friday);
        Same((int?)5);
        Same("text");
        Same(new List<int> { 1, 2 });

        static void Same<T>(T value) => Assert.Equal(KeyText.Of<object?>(value), KeyText.Of(value));
    }

    [Fact]
    public void Culture_changes_nothing()
    {
        object[] values = [-5, -5L, -2.5, -2.5f, -2.50m, 1e300, double.NegativeInfinity, double.NaN, new DateTime(2026, 1, 2, 3, 4, 5), DateTimeOffset.UnixEpoch, new DateOnly(2026, 1, 2), new TimeOnly(3, 4, 5), TimeSpan.FromDays(-1.5), (Int128)(-7), new System.Numerics.BigInteger(-7), (Half)(-0.5), Sign.Minus, new[] { -1, -2 }, (-1, -2.5)];
        string[] before = [.. values.Select(KeyText.Of)];
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            var strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            strange.NumberFormat.NegativeSign = "minus";
            strange.NumberFormat.NumberDecimalSeparator = "/";
            strange.NumberFormat.NaNSymbol = "/";
            strange.NumberFormat.NegativeInfinitySymbol = "/";
            strange.DateTimeFormat.DateSeparator = "/";
            strange.DateTimeFormat.TimeSeparator = "/";
            CultureInfo.CurrentCulture = strange;
            Assert.Equal("minus5", (-5).ToString(CultureInfo.CurrentCulture));
            Assert.Equal(before, values.Select(KeyText.Of));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Order_of_a_set_or_dictionary_changes_nothing()
    {
        var text = new HostileText(23);
        for (int i = 0; i < 500; i++)
        {
            string[] elements = [.. Enumerable.Range(0, text.Next(8)).Select(_ => text.Text(2)).Distinct()];
            string[] shuffled = [.. elements.OrderBy(_ => text.Next(1000))];
            Assert.Equal(KeyText.Of(elements.ToHashSet()), KeyText.Of(shuffled.ToHashSet()));
            Assert.Equal(KeyText.Of(elements.ToDictionary(e => e, e => e.ToHashSet())), KeyText.Of(shuffled.ToDictionary(e => e, e => e.Reverse().ToHashSet())));
        }
    }

    [Fact]
    public void Function_name_cannot_imitate_arguments_or_a_signature()
    {
        string one = KeyText.Whole(CacheKeyWriter.CreateHead("f"), (ref CacheKeyWriter writer) => writer.Append("x"));
        string two = KeyText.Whole(CacheKeyWriter.CreateHead("f/s1_x"), (ref CacheKeyWriter _) => { });
        Assert.NotEqual(one, two);

        string signed = CacheKeyWriter.CreateHead("f", "signature");
        Assert.NotEqual(signed, CacheKeyWriter.CreateHead(signed["m1/".Length..]));
        Assert.NotEqual(signed, CacheKeyWriter.CreateHead("f", "other signature"));
    }

    [Fact]
    public void Every_key_begins_with_the_format_version()
    {
        Assert.Equal(1, CacheKeyWriter.FormatVersion);
        Assert.StartsWith($"m{CacheKeyWriter.FormatVersion}/", CacheKeyWriter.CreateHead("f"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("head", () => KeyText.Whole("f", (ref CacheKeyWriter _) => { }));
    }

    [Fact]
    public void Long_keys_are_cut_to_one_length_and_stay_apart()
    {
        var seen = new HashSet<string>();
        string common = new('x', 300);
        for (int i = 0; i < 20_000; i++)
            Assert.True(seen.Add(KeyText.Write((ref CacheKeyWriter writer) => { writer.Append(common); writer.Append(i); })));
        Assert.All(seen, key => Assert.Equal(CacheKeyWriter.MaxLength + 1, KeyText.Head.Length + key.Length));
        Assert.Single(seen.Select(key => key[..(CacheKeyWriter.MaxLength - KeyHash.Length - KeyText.Head.Length)]).Distinct());
    }

    [Fact]
    public void Cut_key_is_not_cut_again_by_the_store()
    {
        string key = KeyText.Head + KeyText.Of(new string('x', 10_000));
        Assert.False(StoredKey.IsHashed(StoredKey.Combine("app:c:global:~:~:", key)));
    }

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void Type_that_cannot_be_a_key_is_refused_with_its_name_and_the_ways_out(object value, string[] told)
    {
        var exception = Assert.Throws<NotSupportedException>(() => KeyText.Of(value));
        Assert.All(told, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
        Assert.Throws<NotSupportedException>(() => KeyText.Of(new[] { value }));
        Assert.Throws<NotSupportedException>(() => KeyText.Of((1, value)));
    }

    public static TheoryData<object, string[]> Unsupported() => new()
    {
        { new MemoryStream(), ["System.IO.MemoryStream", "ICacheKeyPart", "leave the argument out", "pass an id"] },
        { new Action(() => { }), ["System.Action", "delegate"] },
        { new object(), ["System.Object", "ICacheKeyPart"] },
        { new { A = 1 }, ["ICacheKeyPart"] },
        { Enumerable.Range(0, 3).Where(x => x > 1), ["sequence", "array, list, set or dictionary"] },
        { new int[1, 1], ["2 dimensions", "array of arrays"] },
        { CancellationToken.None, ["last parameter"] },
        { new UserContext("u"), ["cache.For(context)"] },
    };

    [Fact]
    public void Value_that_contains_itself_is_refused()
    {
        var list = new List<object>();
        list.Add(list);
        Assert.Contains("64 deep", Assert.Throws<NotSupportedException>(() => KeyText.Of(list)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_begun_must_be_ended()
    {
        Assert.Throws<InvalidOperationException>(() => KeyText.Write((ref CacheKeyWriter writer) => writer.BeginTuple()));
        Assert.Throws<InvalidOperationException>(() => KeyText.Write((ref CacheKeyWriter writer) => writer.End()));
        Assert.Throws<InvalidOperationException>(() => KeyText.Of(new Unbalanced(ends: false)));
        Assert.Throws<InvalidOperationException>(() => KeyText.Of(new Unbalanced(ends: true)));
    }

    [Fact]
    public void Finished_or_disposed_key_takes_no_more()
    {
        Assert.Throws<InvalidOperationException>(() => KeyText.Write((ref CacheKeyWriter writer) => { writer.Finish(); writer.Append(1); }));
        Assert.Throws<InvalidOperationException>(() => KeyText.Write((ref CacheKeyWriter writer) => { writer.Dispose(); writer.Append(1); }));
    }

    [Fact]
    public void Usual_arguments_are_written_without_allocating()
    {
        string head = CacheKeyWriter.CreateHead("f");
        Guid id = Guid.NewGuid();
        Span<char> buffer = stackalloc char[CacheKeyWriter.MaxLength];
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var writer = new CacheKeyWriter(head, buffer);
            writer.Append<object>("London");
            writer.Append(i);
            writer.Append(id);
            writer.Append((int?)i);
            writer.Append(DayOfWeek.Monday);
            writer.Append(DateTime.UnixEpoch);
            writer.Append(1.5);
            writer.Finish();
            writer.Dispose();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Keys_that_follow_each_other_on_a_thread_are_what_each_would_be_alone()
    {
        // The thread's buffer keeps the head of the last function, unless the key that was cut reaches into it.
        string[] heads = [CacheKeyWriter.CreateHead("short"), CacheKeyWriter.CreateHead(new string('l', 210)), CacheKeyWriter.CreateHead(new string('x', 230)), CacheKeyWriter.CreateHead(new string('y', 600))];
        string[] values = ["", "value", new string('v', 100), new string('w', 700)];
        var random = new Random(5);
        Span<char> buffer = stackalloc char[CacheKeyWriter.MaxLength];
        for (int i = 0; i < 2_000; i++)
        {
            string head = heads[random.Next(heads.Length)], value = values[random.Next(values.Length)];
            var alone = new CacheKeyWriter(head, buffer);
            var own = new CacheKeyWriter(head);
            var nested = new CacheKeyWriter(heads[random.Next(heads.Length)]); // Written while the thread's buffer is taken.
            alone.Append(value);
            own.Append(value);
            nested.Append(value);

            Assert.Equal(alone.ToString(), own.ToString());

            if (random.Next(2) == 0)
                nested.Dispose();
            own.Dispose();
            nested.Dispose();
            alone.Dispose();
        }
    }

    [Fact]
    public void A_key_has_the_hash_of_its_characters_whatever_was_hashed_before()
    {
        // Around the lengths of which some strides are kept hashed; with the longest the key is cut.
        string[] heads = [.. Enumerable.Range(1, 130).Select(length => CacheKeyWriter.CreateHead(new string('h', length))), CacheKeyWriter.CreateHead(new string('x', 230))];
        var random = new Random(8);
        for (int i = 0; i < 20_000; i++)
        {
            var writer = new CacheKeyWriter(heads[random.Next(heads.Length)]);
            for (int part = random.Next(3); part > 0; part--)
                writer.Append(new string((char)('a' + random.Next(26)), random.Next(30)));
            if (random.Next(2) == 0)
                writer.Append(random.Next() >> random.Next(31));
            uint seed = (uint)random.Next(3);

            uint hash = writer.Hash(seed, out ReadOnlySpan<char> key);

            if (hash != LookupHash.Of(key, seed) || !key.SequenceEqual(writer.Finish()))
                Assert.Fail($"'{key}' has the hash {hash}, and {LookupHash.Of(key, seed)} as a string.");
            writer.Dispose();
        }
    }

    [Fact]
    public void A_head_that_was_not_made_for_keys_is_refused_also_between_others()
    {
        new CacheKeyWriter(CacheKeyWriter.CreateHead("name")).Dispose();

        Assert.Throws<ArgumentException>(() => new CacheKeyWriter("name").Dispose());

        using var writer = new CacheKeyWriter(CacheKeyWriter.CreateHead("name"));
        Assert.StartsWith(CacheKeyWriter.CreateHead("name"), writer.ToString(), StringComparison.Ordinal);
    }

    private static object? Draw(HostileText text, int depth) => text.Next(depth > 0 ? 9 : 7) switch
    {
        0 => null,
        1 => text.Next(2) == 0,
        2 => text.Next(1000) - 500,
        3 => (long)text.Next(3),
        4 => (char)text.Next(0x10000),
        5 => (text.Next(100) - 50) / 8.0,
        6 => text.Similar(),
        7 => ValueTuple.Create(Draw(text, depth - 1), Draw(text, depth - 1)),
        _ => Enumerable.Range(0, text.Next(3)).Select(_ => Draw(text, depth - 1)).ToArray(),
    };

    private static void AssertSame(object? expected, object? actual)
    {
        switch (expected)
        {
            case System.Runtime.CompilerServices.ITuple tuple:
                (string tag, List<object?> items) = Assert.IsType<(string, List<object?>)>(actual);
                Assert.Equal("t", tag);
                AssertSame(Enumerable.Range(0, tuple.Length).Select(i => tuple[i]).ToList(), items);
                break;
            case object?[] array:
                (tag, items) = Assert.IsType<(string, List<object?>)>(actual);
                Assert.Equal("l", tag);
                AssertSame(array.ToList(), items);
                break;
            case List<object?> list:
                List<object?> read = Assert.IsType<List<object?>>(actual);
                Assert.Equal(list.Count, read.Count);
                for (int i = 0; i < list.Count; i++)
                    AssertSame(list[i], read[i]);
                break;
            default:
                Assert.Equal(expected?.GetType(), actual?.GetType());
                Assert.Equal(expected, actual);
                break;
        }
    }

    private enum Sign
    {
        Minus = -1,
    }

    private readonly struct Unbalanced(bool ends) : ICacheKeyPart
    {
        public void WriteTo(ref CacheKeyWriter writer)
        {
            if (ends)
                writer.End();
            else
                writer.BeginTuple();
        }
    }
}
