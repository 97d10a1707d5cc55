using Microsoft.Extensions.AI;

namespace Larder;

/// <summary>How a <see cref="LarderChatClient"/> keeps answers. It validates and copies its options when it is made.</summary>
public sealed record ChatCacheOptions
{
    /// <summary>How long an answer is fresh. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>. Default 30 days.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long after that an answer may still be served when the provider fails. Zero (never) or more. Default 30 days.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Who shares the answers. <see cref="CacheScope.User"/> and <see cref="CacheScope.Organization"/> take the ambient
    /// context (<see cref="UserContext.Use"/>) of each call, and a call without one fails: it never falls back on what
    /// others share. Default <see langword="null"/>: the partition of the cache handle that the client was given.
    /// </summary>
    public CacheScope? Scope { get; set; }

    /// <summary>
    /// Part of every key. Set it where the same model id means different models, such as two endpoints with one
    /// cache. Default <see langword="null"/>: the provider's name alone tells them apart.
    /// </summary>
    public string? Source { get; set; }

    /// <summary>
    /// Decides, after the client's own checks have passed, whether an answer is kept: given the options that it was asked
    /// with (<see langword="null"/> for none) and the answer. Default <see langword="null"/>: every whole answer is kept.
    /// </summary>
    /// <remarks>Called once for each answer of the provider. What it throws reaches whoever asked.</remarks>
    public Func<ChatOptions?, ChatResponse, bool>? ShouldCache { get; set; }

    /// <summary>What the durations in the statistics are measured with. Default: the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
