using System.ComponentModel;
using Larder.Tests.Caching;

namespace Larder.Tests.Hybrid;

/// <summary>What cannot change is shared; of anything else every caller has a copy.</summary>
public sealed class HybridSharingTests
{
    [Theory]
    [InlineData(StoreKind.None)]
    [InlineData(StoreKind.Plain)]
    public async Task What_can_change_is_copied_for_each_caller(StoreKind kind)
    {
        await using var bed = new HybridBed(kind);
        var made = new Changeable { Text = "as computed" };

        Changeable first = await bed.Ask("key", made);
        Changeable second = await bed.Ask("key", new Changeable());
        first.Text = "changed by a caller";
        second.Text = "changed by another";
        made.Text = "changed by the factory";

        Assert.NotSame(made, first);
        Assert.NotSame(first, second);
        Assert.Equal("as computed", (await bed.Ask("key", new Changeable())).Text);
    }

    [Fact]
    public async Task What_is_set_is_copied_when_it_is_set()
    {
        await using var bed = new HybridBed();
        var set = new Changeable { Text = "as set" };

        await bed.Cache.SetAsync("key", set);
        set.Text = "changed";

        Assert.Equal("as set", (await bed.Ask("key", new Changeable())).Text);
    }

    [Fact]
    public async Task What_comes_from_the_store_is_copied_too()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Another().SetAsync("key", new Changeable { Text = "stored" });

        (await bed.Ask("key", new Changeable())).Text = "changed";

        Assert.Equal("stored", (await bed.Ask("key", new Changeable())).Text);
    }

    [Fact]
    public async Task What_was_read_by_another_way_before_is_copied_all_the_same()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Another().SetAsync("key", new Changeable { Text = "stored" });
        // Brings the entry into memory without its type.
        Assert.True(bed.Bed.Cache.Collection("hybrid").Contains("key"));

        for (int i = 0; i < 3; i++)
            (await bed.Ask("key", new Changeable())).Text = "changed";

        Assert.Equal("stored", (await bed.Ask("key", new Changeable())).Text);
        Assert.Equal(0, bed.Runs);
    }

    [Fact]
    public async Task An_array_is_copied()
    {
        await using var bed = new HybridBed();
        (await bed.Ask("bytes", new byte[] { 1, 2 }))[0] = 9;
        (await bed.Ask("texts", new[] { "a" }))[0] = "z";

        Assert.Equal([1, 2], await bed.Ask("bytes", Array.Empty<byte>()));
        Assert.Equal(["a"], await bed.Ask("texts", Array.Empty<string>()));
    }

    [Fact]
    public async Task Strings_and_sealed_types_that_say_that_they_are_immutable_are_shared()
    {
        await using var bed = new HybridBed();
        string text = new('x', 3);
        var settled = new Settled("x");

        Assert.Same(text, await bed.Ask("text", text));
        Assert.Same(text, await bed.Ask("text", "other"));
        Assert.Same(settled, await bed.Ask("settled", settled));
        Assert.Same(settled, await bed.Ask("settled", new Settled("other")));
    }

    [Fact]
    public async Task What_can_be_derived_from_or_says_otherwise_is_not_shared()
    {
        await using var bed = new HybridBed();
        var open = new Open { Text = "x" };
        var denied = new Denied { Text = "x" };

        Assert.NotSame(open, await bed.Ask("open", open));
        Assert.NotSame(denied, await bed.Ask("denied", denied));
    }

    [Fact]
    public async Task Values_without_references_are_values()
    {
        await using var bed = new HybridBed();

        Assert.Equal(1, await bed.Ask<int?>("number", 1));
        Assert.Equal(1, await bed.Ask<int?>("number", null));
        Assert.Equal(Guid.Empty, await bed.Ask("guid", Guid.Empty));
        Assert.Equal((1, 2L), await bed.Ask("pair", (1, 2L)));
        Assert.Equal((1, 2L), await bed.Ask("pair", (3, 4L)));
    }

    public sealed class Changeable
    {
        public string Text { get; set; } = "";
    }

    [ImmutableObject(true)]
    public sealed record Settled(string Text);

    [ImmutableObject(true)]
    public class Open
    {
        public string Text { get; set; } = "";
    }

    [ImmutableObject(false)]
    public sealed class Denied
    {
        public string Text { get; set; } = "";
    }
}
