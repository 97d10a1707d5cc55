using Larder.Hosting;

namespace Larder.Tests.Hosting;

public sealed class SettingSpanTests
{
    [Theory]
    [InlineData("00:05:00", 300_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("00:00:00.250", 250)]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("30d", 2_592_000_000)]
    [InlineData(" 30 s ", 30_000)]
    [InlineData("0s", 0)]
    [InlineData("-1s", -1_000)]
    [InlineData("Infinite", -1)]
    [InlineData("-00:00:00.001", -1)]
    public void A_span_is_read(string text, double milliseconds)
    {
        Assert.True(SettingSpan.TryParse(text, out TimeSpan span));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), span);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5 minutes")]
    [InlineData("1,5h")]
    [InlineData("00:61:00")]
    [InlineData("999999999999d")]
    [InlineData("1e3s")]
    public void Anything_else_is_not(string text) => Assert.False(SettingSpan.TryParse(text, out _));
}
