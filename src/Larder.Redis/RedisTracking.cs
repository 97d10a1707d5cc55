namespace Larder;

/// <summary>How the server is asked to tell of changes (<c>CLIENT TRACKING</c>).</summary>
public enum RedisTracking
{
    /// <summary>The server remembers which keys this process has read, and tells of exactly those.</summary>
    Keys,

    /// <summary>
    /// The server remembers nothing and tells of every change under <see cref="RedisStoreOptions.Namespace"/>: less memory
    /// there, more messages here. For small key spaces, most of which every process holds.
    /// </summary>
    Broadcast,

    /// <summary>The server is not asked: the processes tell each other through a channel. Changes by anybody else are not noticed.</summary>
    Channel,
}
