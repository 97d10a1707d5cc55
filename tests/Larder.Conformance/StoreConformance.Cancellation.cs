using System.Globalization;
using Larder.Stores;

namespace Larder.Conformance;

/// <summary>Calls that are given up while they are under way.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Calls_given_up_under_way_disturb_no_others_answers()
    {
        // Many share a connection in most clients: an answer that nobody waits for any more must not go to the next.
        ICacheStore store = await ConnectAsync();
        const int Callers = 8;
        for (int i = 0; i < Callers; i++)
            await store.SetAsync($"caller:{i}", Text($"{i}"), null, default);

        int[] answered = await TogetherAsync(Callers, async i =>
        {
            var random = new Random(i);
            string key = $"caller:{i}";
            int answers = 0;
            for (int round = 0; round < 60; round++)
            {
                using var cancellation = new CancellationTokenSource();
                Task call = CallAsync(round % 5, cancellation.Token);
                for (int spins = random.Next(500); spins > 0; spins--)
                    Thread.SpinWait(10);
                if (random.Next(3) != 0)
                    await cancellation.CancelAsync();
                try
                {
                    await call;
                    answers++;
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    // Given up.
                }
            }

            await AssertHoldsAsync(store, key, Text($"{i}"));
            return answers;

            async Task CallAsync(int kind, CancellationToken token)
            {
                switch (kind)
                {
                    case 0:
                        AssertSame(Text($"{i}"), (await store.GetAsync(key, token))!.Value);
                        break;
                    case 1:
                        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync([key, "missing", key], token);
                        AssertSame(Text($"{i}"), values[2]!.Value);
                        Assert.False(values[1].HasValue);
                        break;
                    case 2:
                        await store.SetAsync(key, Text($"{i}"), null, token);
                        break;
                    case 3:
                        Assert.False(await store.RemoveAsync("missing", token));
                        break;
                    default:
                        Assert.Equal(StoreTimeToLive.Infinite, await store.GetTimeToLiveAsync(key, token));
                        break;
                }
            }
        });

        Assert.True(answered.Sum() > Callers, "Everything was given up: nothing was shown.");
    }

    [Fact]
    public async Task Many_writers_of_one_key_agree_on_the_last()
    {
        ICacheStore[] stores = [await ConnectAsync(), await ConnectAsync(), await ConnectAsync()];
        const int Writers = 24;
        for (int round = 0; round < 3; round++)
        {
            await TogetherAsync(Writers, async i =>
            {
                for (int k = 0; k < 5; k++)
                    await stores[i % stores.Length].SetAsync("key", Text(Written(round, i, k)), null, default);
                return true;
            });

            // Whoever was last, it was with the last of its own.
            string[] read = await Task.WhenAll(stores.Select(async store => System.Text.Encoding.UTF8.GetString((await store.GetAsync("key", default))!.Value.Span)));
            Assert.Single(read.Distinct());
            Assert.Contains(read[0], Enumerable.Range(0, Writers).Select(i => Written(round, i, 4)));
        }

        static string Written(int round, int writer, int write) => string.Create(CultureInfo.InvariantCulture, $"{round}/{writer}/{write}");
    }
}
