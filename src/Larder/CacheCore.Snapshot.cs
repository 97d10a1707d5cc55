#pragma warning disable
namespace Larder;
internal sealed partial class CacheCore
{
    public ValueTask SaveAsync(CancellationToken ct) => default;
    private void OpenSnapshot() { }
    private ValueTask CloseSnapshotAsync() => default;
}
