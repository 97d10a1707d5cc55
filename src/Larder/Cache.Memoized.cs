using Microsoft.Extensions.Logging;

namespace Larder;

/// <content>What generated methods need besides the public face.</content>
public sealed partial class Cache
{
    internal ILogger Logger => _core.Logger;

    internal bool FailsSilently => _core.Options.FailSilently;
}
