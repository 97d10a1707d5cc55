using Larder.Stores;

namespace Larder.Tests.Options;

/// <summary>A cache copies its options: what a caller does to them later changes nothing.</summary>
public sealed class CacheOptionsCopyTests
{
    [Fact]
    public void Keys_added_removed_or_overwritten_later_are_not_the_caches()
    {
        var options = new CacheOptions { Encryption = new EncryptionOptions { CurrentKeyId = 1, Keys = { [1] = new byte[16], [2] = new byte[32] } } };

        CacheOptions copy = options.Copy();
        options.Encryption.CurrentKeyId = 2;
        options.Encryption.Keys.Remove(1);
        options.Encryption.Keys[3] = new byte[24];
        options.Encryption.Keys[2][0] = 77;

        Assert.Equal(1u, copy.Encryption!.CurrentKeyId);
        Assert.Equal([1u, 2u], copy.Encryption.Keys.Keys.Order());
        Assert.Equal(0, copy.Encryption.Keys[2][0]);
    }

    [Fact]
    public void Every_group_is_a_copy()
    {
        CacheOptions options = new CacheOptions { Compression = new CompressionOptions() }.PersistTo("c.larder");

        CacheOptions copy = options.Copy();
        options.Retry.Retries = 9;
        options.Store.CircuitFailures = 9;
        options.Compression!.ThresholdBytes = 9;
        options.Snapshot!.Path = "other.larder";

        Assert.Equal(0, copy.Retry.Retries);
        Assert.Equal(5, copy.Store.CircuitFailures);
        Assert.Equal(1024, copy.Compression!.ThresholdBytes);
        Assert.Equal("c.larder", copy.Snapshot!.Path);
    }

    [Fact]
    public async Task A_cache_goes_on_with_the_keys_that_it_was_made_with()
    {
        var options = new CacheOptions { Encryption = new EncryptionOptions { CurrentKeyId = 1, Keys = { [1] = new byte[16] } } };
        var store = new InMemoryStore();
        await using Cache cache = Cache.Create(options.UseStore(store));
        await using Cache same = Cache.Create(new CacheOptions { Encryption = new EncryptionOptions { CurrentKeyId = 1, Keys = { [1] = new byte[16] } } }.UseStore(store.Connect()));

        options.Encryption.Keys[1] = [.. Enumerable.Repeat((byte)9, 16)];
        cache.Set("k", "v");

        Assert.Equal("v", same.Get<string>("k"));
    }
}
