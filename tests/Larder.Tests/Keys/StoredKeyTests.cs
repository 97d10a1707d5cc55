using Larder.Keys;

namespace Larder.Tests.Keys;

public sealed class StoredKeyTests
{
    private const string Prefix = "app:weather:global:~:~:";
    private const string RawCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./@+";

    // The stored form is kept in files and servers: a change here orphans everything that is stored.
    [Theory]
    [InlineData("london", "london")]
    [InlineData("", "")]
    [InlineData("user:42", "user%3A42")]
    [InlineData("a-b_c.d/e@f+g", "a-b_c.d/e@f+g")]
    [InlineData("*?[]^\\{}", "%2A%3F%5B%5D%5E%5C%7B%7D")]
    [InlineData(" \t\"'~#!", "%20%09%22%27%7E%23%21")]
    [InlineData("100%", "100%25")]
    [InlineData("\0", "%00")]
    [InlineData("\u007F\u0080", "%7F%u0080")]
    [InlineData("é中", "%u00E9%u4E2D")]
    [InlineData("😀", "%uD83D%uDE00")]
    public void Stored_form_of_a_key_is_fixed(string key, string escaped)
    {
        Assert.Equal(Prefix + escaped, StoredKey.Combine(Prefix, key));
        Assert.Equal(escaped, StoredKey.Escape(key));
    }

    // Not inline data: attributes keep text as UTF-8, which has no half pairs.
    [Fact]
    public void Stored_form_of_half_a_pair_is_fixed() => Assert.Equal("%uDE00%uD83D", StoredKey.Escape("\uDE00\uD83D"));

    [Fact]
    public void Stored_form_of_a_partition_is_fixed()
    {
        Assert.Equal("app:weather:global:~:~:", StoredKey.PartitionPrefix("app", "weather", CacheScope.Global, null, null));
        Assert.Equal("app:weather:organization:456:~:", StoredKey.PartitionPrefix("app", "weather", CacheScope.Organization, "456", null));
        Assert.Equal("app:weather:user:456:123:", StoredKey.PartitionPrefix("app", "weather", CacheScope.User, "456", "123"));
        Assert.Equal("my%3Aapp::user:~:%7E:", StoredKey.PartitionPrefix("my:app", "", CacheScope.User, null, "~"));
    }

    [Fact]
    public void Stored_form_of_a_long_key_is_fixed()
    {
        Assert.Equal(
            Prefix + new string('k', 479) + "#2fe2eae0c6d56d6a1e4c28c7fecbbe24",
            StoredKey.Combine(Prefix, new string('k', 513)));
        Assert.Equal(
            "app:" + new string('c', 63) + "#9abd9a44778a1aa07bb3db8b93f6271e501db407cba7a83e081fc6af96c413be",
            StoredKey.CollectionPrefix("app", new string('c', 129))[..^1]);
    }

    [Fact]
    public void Stored_form_of_epoch_names_is_fixed()
    {
        string partition = StoredKey.PartitionPrefix("app", "weather", CacheScope.User, "o", "u");
        Assert.Equal("app:!epoch:all", EpochName.Everything("app"));
        Assert.Equal("app:!epoch:collection:weather", EpochName.Collection("app", "weather"));
        Assert.Equal("app:!epoch:scope:organization:o:~", EpochName.Scope("app", CacheScope.Organization, "o", null));
        Assert.Equal("app:!epoch:partition:weather:user:o:u:", EpochName.Partition(partition));
        Assert.Equal("app:!epoch:tag:weather:user:o:u:e%3Au", EpochName.Tag(partition, "e:u"));
    }

    [Fact]
    public void Every_character_alone_is_read_back()
    {
        for (int c = 0; c <= char.MaxValue; c++)
        {
            string key = ((char)c).ToString();
            string stored = StoredKey.Combine(Prefix, key);
            Assert.True(StoredKey.TryGetKey(stored, Prefix, out string back));
            Assert.Equal(key, back);
            if (!RawCharacters.Contains((char)c))
                Assert.DoesNotContain((char)c == '%' ? "%%" : key, stored[Prefix.Length..], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_key_is_read_back()
    {
        var text = new HostileText(1);
        for (int i = 0; i < 20_000; i++)
        {
            string key = text.Text();
            string stored = StoredKey.Combine(Prefix, key);
            Assert.True(StoredKey.TryGetKey(stored, Prefix, out string back));
            Assert.Equal(key, back);
            Assert.False(StoredKey.IsHashed(stored));
        }
    }

    [Fact]
    public void Different_entries_have_different_stored_keys()
    {
        var text = new HostileText(2);
        var seen = new Dictionary<string, (string, string, CacheScope, string?, string?, string)>();
        for (int i = 0; i < 30_000; i++)
        {
            var scope = (CacheScope)text.Next(3);
            string? organization = scope == CacheScope.Organization ? text.Similar() : text.TextOrNull();
            string? user = scope == CacheScope.User ? text.Similar() : text.TextOrNull();
            var entry = (text.Similar(), text.Similar(), scope, organization, user, text.Similar());
            string stored = StoredKey.Combine(StoredKey.PartitionPrefix(entry.Item1, entry.Item2, scope, organization, user), entry.Item6);
            if (!seen.TryAdd(stored, entry))
                Assert.Equal(seen[stored], entry);
            Assert.Equal(5, stored.Count(c => c == ':'));
            Assert.False(stored.AsSpan().ContainsAnyExcept(RawCharacters + "%:~"), stored);
        }
    }

    [Fact]
    public void No_partition_holds_another_partitions_keys()
    {
        var text = new HostileText(3);
        string[] prefixes = [.. Enumerable.Range(0, 300)
            .Select(_ => StoredKey.PartitionPrefix("app", text.Similar(), CacheScope.User, text.Next(2) == 0 ? null : text.Similar(), text.Text()))
            .Distinct()];
        foreach (string prefix in prefixes)
        {
            string stored = StoredKey.Combine(prefix, text.Text());
            Assert.Single(prefixes, other => StoredKey.TryGetKey(stored, other, out _));
            Assert.Single(prefixes, other => stored.StartsWith(other, StringComparison.Ordinal));
            Assert.True(StoredKey.TrySplit(stored, out ReadOnlySpan<char> partition, out _));
            Assert.Equal(prefix, partition.ToString());
        }
    }

    [Fact]
    public void Long_parts_stay_apart_and_bounded()
    {
        var text = new HostileText(4);
        var seen = new Dictionary<string, (string, string)>();
        for (int i = 0; i < 300; i++)
        {
            string user = text.LongText(), key = text.LongText();
            string prefix = StoredKey.PartitionPrefix("app", "c", CacheScope.User, null, user);
            string stored = StoredKey.Combine(prefix, key);
            Assert.True(seen.TryAdd(stored, (user, key)) || seen[stored] == (user, key));
            Assert.True(prefix.Length <= StoredKey.MaxPartLength + "app:c:user:~::".Length);
            Assert.True(stored.Length - prefix.Length <= StoredKey.MaxKeyLength);
            Assert.True(StoredKey.IsHashed(stored));
            Assert.False(StoredKey.TryGetKey(stored, prefix, out _));
            Assert.True(StoredKey.TryGetHead(stored, prefix, out string head));
            Assert.StartsWith(head, key, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Key_is_cut_only_when_it_exceeds_the_limit()
    {
        Assert.False(StoredKey.IsHashed(StoredKey.Combine(Prefix, new string('k', 512))));
        Assert.True(StoredKey.IsHashed(StoredKey.Combine(Prefix, new string('k', 513))));
        Assert.False(StoredKey.IsHashed(StoredKey.Combine(Prefix, new string(':', 170))));
        Assert.True(StoredKey.IsHashed(StoredKey.Combine(Prefix, new string(':', 171))));
        string longCollection = StoredKey.PartitionPrefix("app", new string('c', 129), CacheScope.Global, null, null);
        Assert.False(StoredKey.IsHashed(StoredKey.Combine(longCollection, "short")));
    }

    [Fact]
    public void Key_that_spells_a_cut_one_is_another_key()
    {
        string cut = StoredKey.Combine(Prefix, new string('k', 600));
        string spelled = StoredKey.Combine(Prefix, cut.AsSpan(Prefix.Length));
        Assert.NotEqual(cut, spelled);
        string part = StoredKey.EscapePart(new string('k', 600));
        Assert.NotEqual(part, StoredKey.EscapePart(part));
    }

    [Fact]
    public void Scan_prefix_finds_every_key_that_begins_so()
    {
        var text = new HostileText(5);
        for (int i = 0; i < 3_000; i++)
        {
            string head = i % 10 == 0 ? text.LongText() : text.Text();
            string key = head + (i % 3 == 0 ? text.LongText() : text.Text());
            Assert.StartsWith(StoredKey.ScanPrefix(Prefix, head), StoredKey.Combine(Prefix, key), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("%3a")]
    [InlineData("%41")]
    [InlineData("%")]
    [InlineData("%2")]
    [InlineData("%u00E")]
    [InlineData("%u0041")]
    [InlineData("%u003A")]
    [InlineData("%G0")]
    [InlineData("a:b")]
    [InlineData("é")]
    [InlineData("~")]
    public void Text_that_no_key_escapes_to_is_not_read(string escaped) =>
        Assert.False(StoredKey.TryGetKey(Prefix + escaped, Prefix, out _));

    [Fact]
    public void Scope_without_its_id_is_refused()
    {
        Assert.Throws<ArgumentException>("organizationId", () => StoredKey.PartitionPrefix("app", "c", CacheScope.Organization, null, "u"));
        Assert.Throws<ArgumentException>("userId", () => StoredKey.PartitionPrefix("app", "c", CacheScope.User, "o", null));
        Assert.Throws<ArgumentOutOfRangeException>("scope", () => StoredKey.PartitionPrefix("app", "c", (CacheScope)7, "o", "u"));
    }

    [Fact]
    public void Absent_id_and_empty_id_are_different()
    {
        string absent = StoredKey.PartitionPrefix("app", "c", CacheScope.User, null, "u");
        string empty = StoredKey.PartitionPrefix("app", "c", CacheScope.User, "", "u");
        Assert.NotEqual(absent, empty);
        Assert.NotEqual(absent, StoredKey.PartitionPrefix("app", "c", CacheScope.User, "~", "u"));
    }

    [Fact]
    public void No_epoch_name_is_a_stored_key_or_another_epochs_name()
    {
        var text = new HostileText(6);
        var names = new Dictionary<string, (string, string, string)>();
        for (int i = 0; i < 5_000; i++)
        {
            string a = text.Similar(), b = text.Similar();
            string partition = StoredKey.PartitionPrefix("app", a, CacheScope.User, null, b);
            (string Name, (string, string, string) What)[] epochs =
            [
                (EpochName.Everything("app"), ("all", "", "")),
                (EpochName.Collection("app", a), ("collection", a, "")),
                (EpochName.Scope("app", CacheScope.User, null, b), ("scope", b, "")),
                (EpochName.Partition(partition), ("partition", a, b)),
                (EpochName.Tag(partition, "t"), ("tag", a, b)),
            ];
            foreach ((string name, (string, string, string) what) in epochs)
            {
                Assert.True(names.TryAdd(name, what) || names[name] == what);
                Assert.StartsWith("app:!epoch:", name, StringComparison.Ordinal);
                Assert.False(StoredKey.TrySplit(name, out _, out _));
            }

            Assert.DoesNotContain('!', StoredKey.Combine(partition, text.Text()));
        }
    }
}
