using Larder.MongoDB.Documents;

namespace Larder.MongoDB.Tests.Documents;

public sealed class StoredPartitionTests
{
    [Theory]
    [InlineData("app:weather:organization:456:~:berlin", "app.weather", "weather", "organization", "456", null)]
    [InlineData("app:weather:user:456:123:berlin", "app.weather", "weather", "user", "456", "123")]
    [InlineData("app:weather:global:~:~:", "app.weather", "weather", "global", null, null)]
    [InlineData("app:gr%uFC8E%20x:user:~:a%3Ab:k", "app.gr%uFC8E%20x", "gr\uFC8E x", "user", null, "a:b")]
    [InlineData("app:c:user::%24gt:k", "app.c", "c", "user", "", "$gt")]
    [InlineData("app:c:user:%uD800:%00:k", "app.c", "c", "user", "%uD800", "%00")]
    [InlineData("system:indexes:global:~:~:k", "_system.indexes", "indexes", "global", null, null)]
    [InlineData(".:x:global:~:~:k", "_..x", "x", "global", null, null)]
    public void Parts_of_a_stored_key_are_read(string key, string mongoCollection, string collection, string scope, string? organization, string? user)
    {
        var expected = new StoredPartition(mongoCollection, collection, scope, organization, user);

        Assert.Equal(expected, StoredPartition.Of(key));
        Assert.Equal(mongoCollection, StoredPartition.CollectionOf(key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("a:b:c:d:e:f")]
    [InlineData("a:b:global:d:e")]
    [InlineData("a:b:global:d:e:f:g")]
    [InlineData(":b:global:d:e:f")]
    [InlineData("a::global:d:e:f")]
    [InlineData("a:$b:global:d:e:f")]
    [InlineData("a:b\0:global:d:e:f")]
    [InlineData("a:!epoch:collection:c:x:y")]
    public void Key_of_another_form_lies_with_the_others(string key)
    {
        Assert.Equal(new StoredPartition("entries", null, null, null, null), StoredPartition.Of(key));
        Assert.Equal("entries", StoredPartition.CollectionOf(key));
    }

    [Fact]
    public void Long_names_are_cut_to_what_a_server_takes_and_stay_different()
    {
        string part = new('x', 128);
        string one = StoredPartition.CollectionOf($"{part}:{part}:global:~:~:k");
        string other = StoredPartition.CollectionOf($"{part}:{part[1..]}y:global:~:~:k");

        Assert.NotEqual(one, other);
        Assert.InRange(one.Length, 100, 255 - 1 - MongoDbStoreOptionsValidation.MaxDatabaseLength);
        Assert.True(StoredPartition.MayHold(one, $"{part}:{part}:"));
        Assert.False(StoredPartition.MayHold(other, $"{part}:{part}:"));
        Assert.True(StoredPartition.MayHold(one, $"{part}:"));
    }

    [Theory]
    [InlineData("app.weather", "", true)]
    [InlineData("app.weather", "a", true)]
    [InlineData("app.weather", "app:", true)]
    [InlineData("app.weather", "app:wea", true)]
    [InlineData("app.weather", "app:weather:", true)]
    [InlineData("app.weather", "app:weather:user:1", true)]
    [InlineData("app.weather", "app:we:", false)]
    [InlineData("app.weather", "app:weather2", false)]
    [InlineData("app.weather", "ap:", false)]
    [InlineData("_system.x", "system:", true)]
    [InlineData("_system.x", "sys", true)]
    [InlineData("entries", "app:weather:", true)]
    [InlineData("epochs", "", false)]
    [InlineData("foreign", "", false)]
    public void Scan_looks_where_keys_may_be(string mongoCollection, string prefix, bool expected) => Assert.Equal(expected, StoredPartition.MayHold(mongoCollection, prefix));
}
