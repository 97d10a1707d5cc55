using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Numerics;

namespace Larder.Tests.Keys;

/// <summary>
/// The encoding is kept in stores and files. A change of any line here needs a new <see cref="CacheKeyWriter.FormatVersion"/>.
/// </summary>
public sealed class CacheKeyWriterGoldenTests
{
    private enum Color : byte
    {
        Red = 1,
        Blue = 255,
    }

    private enum Depth : long
    {
        Lowest = long.MinValue,
    }

    private enum Mask : ulong
    {
        All = ulong.MaxValue,
    }

    [Fact]
    public void Small_numbers_are_written_as_all_others_are()
    {
        for (int number = -12; number < 12_000; number++)
            Assert.Equal(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/i32_{number}"), KeyText.Of(number));
        Assert.Equal("/i32_2147483647", KeyText.Of(int.MaxValue));
    }

    [Fact]
    public void Whole_numbers()
    {
        Assert.Equal("/i8_-128", KeyText.Of(sbyte.MinValue));
        Assert.Equal("/i16_-32768", KeyText.Of(short.MinValue));
        Assert.Equal("/i32_-2147483648", KeyText.Of(int.MinValue));
        Assert.Equal("/i64_-9223372036854775808", KeyText.Of(long.MinValue));
        Assert.Equal("/i128_-170141183460469231731687303715884105728", KeyText.Of(Int128.MinValue));
        Assert.Equal("/in_-1", KeyText.Of((nint)(-1)));
        Assert.Equal("/u8_255", KeyText.Of(byte.MaxValue));
        Assert.Equal("/u16_65535", KeyText.Of(ushort.MaxValue));
        Assert.Equal("/u32_4294967295", KeyText.Of(uint.MaxValue));
        Assert.Equal("/u64_18446744073709551615", KeyText.Of(ulong.MaxValue));
        Assert.Equal("/u128_340282366920938463463374607431768211455", KeyText.Of(UInt128.MaxValue));
        Assert.Equal("/un_1", KeyText.Of((nuint)1));
        Assert.Equal("/big_-1000000000000000000000", KeyText.Of(BigInteger.Pow(-10, 21)));
    }

    [Fact]
    public void Fractions()
    {
        Assert.Equal("/f64_0.1", KeyText.Of(0.1));
        Assert.Equal("/f64_0", KeyText.Of(0.0));
        Assert.Equal("/f64_-0", KeyText.Of(-0.0));
        Assert.Equal("/f64_NaN", KeyText.Of(double.NaN));
        Assert.Equal("/f64_NaN", KeyText.Of(BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0001)));
        Assert.Equal("/f64_-Infinity", KeyText.Of(double.NegativeInfinity));
        Assert.Equal("/f64_-1.7976931348623157E+308", KeyText.Of(double.MinValue));
        Assert.Equal("/f64_5E-324", KeyText.Of(double.Epsilon));
        Assert.Equal("/f32_0.1", KeyText.Of(0.1f));
        Assert.Equal("/f16_0.1", KeyText.Of((Half)0.1));
        Assert.Equal("/dec_1.0", KeyText.Of(1.0m));
        Assert.Equal("/dec_1.00", KeyText.Of(1.00m));
        Assert.Equal("/dec_-79228162514264337593543950335", KeyText.Of(decimal.MinValue));
        Assert.Equal("/dec_0.0000000000000000000000000001", KeyText.Of(new decimal(1, 0, 0, false, 28)));
        Assert.Equal("/dec_-0.0", KeyText.Of(new decimal(0, 0, 0, true, 1)));
        Assert.Equal("/dec_0.0", KeyText.Of(0.0m));
    }

    [Fact]
    public void Text()
    {
        Assert.Equal("/s6_London", KeyText.Of("London"));
        Assert.Equal("/s0_", KeyText.Of(""));
        Assert.Equal("/null", KeyText.Of<string?>(null));
        Assert.Equal("/s4_null", KeyText.Of("null"));
        Assert.Equal("/s5_/null", KeyText.Of("/null"));
        Assert.Equal("/s2_😀", KeyText.Of("😀"));
        Assert.Equal("/s1_\0", KeyText.Of("\0"));
        Assert.Equal("/s3_abc", KeyText.Of("xabcx".AsMemory(1, 3)));
        Assert.Equal("/c_/", KeyText.Of('/'));
        Assert.Equal("/uri23_http://EXAMPLE.com/a%20", KeyText.Of(new Uri("http://EXAMPLE.com/a%20")));
        Assert.Equal("/rel2_/a", KeyText.Of(new Uri("/a", UriKind.Relative)));
        Assert.Equal("/uri2_/a", KeyText.Of(new Uri("/a", UriKind.Absolute)));
    }

    [Fact]
    public void Truth_identifiers_and_enums()
    {
        Assert.Equal("/true", KeyText.Of(true));
        Assert.Equal("/false", KeyText.Of(false));
        Assert.Equal("/guid_0f8fad5b-d9cb-469f-a165-70867728950e", KeyText.Of(new Guid("0F8FAD5B-D9CB-469F-A165-70867728950E")));
        Assert.Equal("/e62_Larder.Tests/Larder.Tests.Keys.CacheKeyWriterGoldenTests+Color_255", KeyText.Of(Color.Blue));
        Assert.Equal("/e62_Larder.Tests/Larder.Tests.Keys.CacheKeyWriterGoldenTests+Depth_-9223372036854775808", KeyText.Of(Depth.Lowest));
        Assert.Equal("/e61_Larder.Tests/Larder.Tests.Keys.CacheKeyWriterGoldenTests+Mask_18446744073709551615", KeyText.Of(Mask.All));
        Assert.Equal("/e16_System.DayOfWeek_1", KeyText.Of(DayOfWeek.Monday));
    }

    [Fact]
    public void Dates_and_times()
    {
        var moment = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1_200_000);
        Assert.Equal("/dt_2026-01-02T030405.12Z", KeyText.Of(moment));
        Assert.Equal("/dt_2026-01-02T030405.12U", KeyText.Of(DateTime.SpecifyKind(moment, DateTimeKind.Unspecified)));
        DateTime local = DateTime.SpecifyKind(moment, DateTimeKind.Local);
        Assert.Equal(FormattableString.Invariant($"/dt_2026-01-02T030405.12L{(int)TimeZoneInfo.Local.GetUtcOffset(local).TotalMinutes}"), KeyText.Of(local));
        Assert.Equal("/dt_9999-12-31T235959.9999999U", KeyText.Of(DateTime.MaxValue));
        Assert.Equal("/dto_2026-01-02T030405O-90", KeyText.Of(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(-90))));
        Assert.Equal("/date_0001-01-01", KeyText.Of(DateOnly.MinValue));
        Assert.Equal("/time_235959.9999999", KeyText.Of(TimeOnly.MaxValue));
        Assert.Equal("/time_000000", KeyText.Of(TimeOnly.MinValue));
        Assert.Equal("/ticks_-9223372036854775808", KeyText.Of(TimeSpan.MinValue));
    }

    [Fact]
    public void Bytes()
    {
        byte[] bytes = [0x00, 0xAB, 0xFF];
        Assert.Equal("/x3_00abff", KeyText.Of(bytes));
        Assert.Equal("/x3_00abff", KeyText.Of(new ReadOnlyMemory<byte>(bytes)));
        Assert.Equal("/x3_00abff", KeyText.Of(bytes.AsMemory()));
        Assert.Equal("/x1_ab", KeyText.Of(new ArraySegment<byte>(bytes, 1, 1)));
        Assert.Equal("/x3_00abff", KeyText.Write((ref CacheKeyWriter writer) => writer.AppendSpan<byte>([0x00, 0xAB, 0xFF])));
        Assert.Equal("/x3_00abff", KeyText.Write((ref CacheKeyWriter writer) => writer.AppendList<byte>(new byte[] { 0x00, 0xAB, 0xFF })));
        Assert.Equal("/l/i8_-1/end", KeyText.Of(new sbyte[] { -1 }));
        Assert.Equal("/l/u8_1/end", KeyText.Of(new List<byte> { 1 }));
    }

    [Fact]
    public void Nullables()
    {
        Assert.Equal("/null", KeyText.Of((int?)null));
        Assert.Equal("/i32_5", KeyText.Of((int?)5));
        Assert.Equal("/null", KeyText.Of((TimeSpan?)null));
        Assert.Equal("/ticks_5", KeyText.Of((TimeSpan?)TimeSpan.FromTicks(5)));
        Assert.Equal("/true", KeyText.Of((bool?)true));
        Assert.Equal("/i64_5", KeyText.Of((long?)5));
        Assert.Equal("/null", KeyText.Of((Guid?)null));
        Assert.Equal("/e16_System.DayOfWeek_0", KeyText.Of((DayOfWeek?)DayOfWeek.Sunday));
    }

    [Fact]
    public void Tuples()
    {
        Assert.Equal("/t/i32_1/s1_2/end", KeyText.Of((1, "2")));
        Assert.Equal("/t/s1_1/i32_2/end", KeyText.Of(("1", 2)));
        Assert.Equal("/t/i32_1/s1_2/end", KeyText.Of(Tuple.Create(1, "2")));
        Assert.Equal("/t/end", KeyText.Of(default(ValueTuple)));
        Assert.Equal("/t/null/t/i32_1/null/end/end", KeyText.Of(((string?)null, (1, (string?)null))));
        Assert.Equal("/t/i32_1/i32_2/i32_3/i32_4/i32_5/i32_6/i32_7/i32_8/i32_9/end", KeyText.Of((1, 2, 3, 4, 5, 6, 7, 8, 9)));
        Assert.Equal("/t/i32_1/s1_2/end", KeyText.Write((ref CacheKeyWriter writer) =>
        {
            writer.BeginTuple();
            writer.Append(1);
            writer.Append("2");
            writer.End();
        }));
    }

    [Fact]
    public void Lists()
    {
        const string OneTwo = "/l/i32_1/i32_2/end";
        Assert.Equal(OneTwo, KeyText.Of(new[] { 1, 2 }));
        Assert.Equal(OneTwo, KeyText.Of(new List<int> { 1, 2 }));
        Assert.Equal(OneTwo, KeyText.Of(ImmutableArray.Create(1, 2)));
        Assert.Equal(OneTwo, KeyText.Of(ImmutableList.Create(1, 2)));
        Assert.Equal(OneTwo, KeyText.Of(new ReadOnlyCollection<int>([1, 2])));
        Assert.Equal(OneTwo, KeyText.Of<IReadOnlyList<int>>([1, 2]));
        Assert.Equal(OneTwo, KeyText.Of<object>(new object[] { 1, 2 }));
        Assert.Equal(OneTwo, KeyText.Write((ref CacheKeyWriter writer) => writer.AppendSpan<int>([1, 2])));
        Assert.Equal(OneTwo, KeyText.Write((ref CacheKeyWriter writer) => writer.AppendList(Enumerable.Range(1, 2))));
        Assert.Equal("/l/u32_1/end", KeyText.Of(new uint[] { 1 }));
        Assert.Equal("/l/i64_1/end", KeyText.Of(new[] { 1L }));
        Assert.Equal("/l/s1_a/null/end", KeyText.Of(new[] { "a", null }));
        Assert.Equal("/l/l/end/l/s0_/end/end", KeyText.Of(new List<string[]> { Array.Empty<string>(), new[] { "" } }));
        Assert.Equal("/null", KeyText.Write((ref CacheKeyWriter writer) => writer.AppendList<int>(null)));
    }

    [Fact]
    public void Sets()
    {
        const string Abc = "/set/s1_a/s1_b/s2_aa/end";
        Assert.Equal(Abc, KeyText.Of(new HashSet<string> { "b", "aa", "a" }));
        Assert.Equal(Abc, KeyText.Of(new SortedSet<string>(StringComparer.Ordinal) { "b", "aa", "a" }));
        Assert.Equal(Abc, KeyText.Of(new[] { "b", "aa", "a" }.ToFrozenSet()));
        Assert.Equal(Abc, KeyText.Of(ImmutableHashSet.Create("b", "aa", "a")));
        Assert.Equal(Abc, KeyText.Of(ImmutableSortedSet.Create("b", "aa", "a")));
        Assert.Equal(Abc, KeyText.Of<object>(new ReadOnlySet<string>(new HashSet<string> { "b", "aa", "a" })));
        Assert.Equal(Abc, KeyText.Write((ref CacheKeyWriter writer) => writer.AppendSet(new[] { "aa", "b", "a" })));
        Assert.Equal("/set/end", KeyText.Of(new HashSet<DayOfWeek>()));
        Assert.Equal("/null", KeyText.Write((ref CacheKeyWriter writer) => writer.AppendSet<int>(null)));
    }

    [Fact]
    public void Dictionaries()
    {
        const string Map = "/map/s1_a/i32_2/s1_b/i32_1/end";
        var map = new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 };
        Assert.Equal(Map, KeyText.Of(map));
        Assert.Equal(Map, KeyText.Of(map.ToFrozenDictionary()));
        Assert.Equal(Map, KeyText.Of(map.ToImmutableDictionary()));
        Assert.Equal(Map, KeyText.Of(new ReadOnlyDictionary<string, int>(map)));
        Assert.Equal(Map, KeyText.Of<IReadOnlyDictionary<string, int>>(new SortedDictionary<string, int>(map)));
        Assert.Equal(Map, KeyText.Write((ref CacheKeyWriter writer) => writer.AppendDictionary(map)));
        Assert.Equal("/null", KeyText.Write((ref CacheKeyWriter writer) => writer.AppendDictionary<int, int>(null)));
    }

    [Fact]
    public void Types_that_write_themselves()
    {
        const string City = "/o61_Larder.Tests/Larder.Tests.Keys.CacheKeyWriterGoldenTests+City/s6_London/s2_GB/end";
        Assert.Equal(City, KeyText.Of(new City("London", "GB")));
        Assert.Equal(City, KeyText.Of<ICacheKeyPart>(new City("London", "GB")));
        Assert.Equal("/null", KeyText.Of<ICacheKeyPart?>(null));
        Assert.Equal("/o1_T/i32_1/end", KeyText.Write((ref CacheKeyWriter writer) =>
        {
            writer.BeginObject("T");
            writer.Append(1);
            writer.End();
        }));
    }

    [Fact]
    public void Heads()
    {
        Assert.Equal("m1/weather", CacheKeyWriter.CreateHead("weather"));
        Assert.Equal("m1/a%2Fb%40c%3Ad%u00E9", CacheKeyWriter.CreateHead("a/b@c:dé"));
        Assert.Equal("m1/Weather.Get@31cdbb86bce31b96226bfd892f33116b", CacheKeyWriter.CreateHead("Weather.Get", "signature"));
    }

    [Fact]
    public void Long_keys()
    {
        string longest = KeyText.Of(new string('x', 246));
        Assert.Equal(CacheKeyWriter.MaxLength, (KeyText.Head + longest).Length);
        Assert.Equal("/s246_" + new string('x', 246), longest);
        Assert.Equal("/s247_" + new string('x', 214) + "#a5e1be3c00dd8de59cb1ff56b307e57e", KeyText.Of(new string('x', 247)));
    }

    private readonly record struct City(string Name, string Country) : ICacheKeyPart
    {
        public void WriteTo(ref CacheKeyWriter writer)
        {
            writer.Append(Name);
            writer.Append(Country);
        }
    }
}
