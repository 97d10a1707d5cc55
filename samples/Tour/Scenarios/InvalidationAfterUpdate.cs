namespace Larder.Samples.Tour.Scenarios;

internal static class InvalidationAfterUpdate
{
    public static async Task RunAsync(Guide guide)
    {
        guide.Scenario("Invalidation: after an update nobody reads the old value");
        await guide.ReadAsync("read product:1", "product:1");
        await guide.DoAsync("update it at the source, then remove it", async () =>
        {
            await guide.Source.UpdateAsync("product:1", "Lamp, 24.90");
            await guide.Cache.RemoveAsync("product:1");
            return "removed from the cache";
        });
        await guide.ReadAsync("read product:1: the new price", "product:1");
        await guide.ReadAsync("read it again", "product:1");
        await guide.DoAsync("delete it at the source, then remove it", async () =>
        {
            await guide.Source.DeleteAsync("product:1");
            await guide.Cache.RemoveAsync("product:1");
            return "removed from the cache";
        });
        await guide.ReadAsync("read product:1: gone", "product:1");
    }
}
