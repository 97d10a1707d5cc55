using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>Who is told what a server says of its own accord. Called on the reading loop, in order with the replies: returns quickly, never throws.</summary>
internal interface IConnectionObserver
{
    /// <summary>A push came that answers nothing.</summary>
    void OnPush(RespValue push);
}
