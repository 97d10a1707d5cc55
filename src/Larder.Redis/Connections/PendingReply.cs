using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>A command that was written and whose answer is due. Its continuation never runs on the reading loop.</summary>
internal sealed class PendingReply(bool isSubscription = false) : TaskCompletionSource<RespValue>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Whether it is a SUBSCRIBE: that is answered by a push, or by an error.</summary>
    public bool IsSubscription => isSubscription;
}
