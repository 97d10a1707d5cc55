using System.Runtime.CompilerServices;

namespace Larder.Memoize;

/// <summary>A function whose results are cached: makes a key of each call's arguments and asks the cache.</summary>
/// <remarks>A hit writes the key on the stack and makes no string, no closure and no delegate.</remarks>
internal sealed class MemoizedFunction<TArguments, TResult>
    where TArguments : struct, IArguments
{
    private readonly ICache _cache;
    private readonly string _head;
    private readonly string _description;
    private readonly TimeSpan? _ttl;
    private readonly EntryOptions? _options;

    private MemoizedFunction(ICache cache, Delegate function, MemoizeSettings settings)
    {
        FunctionCheck.Throw(cache, function, typeof(TResult));
        _cache = cache;
        _head = FunctionIdentity.HeadOf(function, settings.Name, out bool isStable);
        _description = FunctionIdentity.Describe(function, settings.Name);
        _ttl = settings.Ttl;
        _options = isStable ? settings.Options : InMemory(settings.Options);
    }

    public MemoizedFunction(ICache cache, Delegate function, MemoizeSettings settings, Func<TArguments, CancellationToken, TResult> call)
        : this(cache, function, settings) => Call = call;

    public MemoizedFunction(ICache cache, Delegate function, MemoizeSettings settings, Func<TArguments, CancellationToken, ValueTask<TResult>> call)
        : this(cache, function, settings) => CallAsync = call;

    private Func<TArguments, CancellationToken, TResult>? Call { get; }

    private Func<TArguments, CancellationToken, ValueTask<TResult>>? CallAsync { get; }

    [SkipLocalsInit]
    public TResult Invoke(in TArguments arguments, CancellationToken cancellationToken)
    {
        var writer = new CacheKeyWriter(_head, stackalloc char[CacheKeyWriter.MaxLength]);
        try
        {
            Write(ref writer, in arguments);
            return _cache.GetOrSet(
                writer.Finish(),
                (Function: this, Arguments: arguments),
                static (call, token) => call.Function.Call!(call.Arguments, token),
                _ttl,
                _options,
                cancellationToken);
        }
        finally
        {
            writer.Dispose();
        }
    }

    [SkipLocalsInit]
    public ValueTask<TResult> InvokeAsync(in TArguments arguments, CancellationToken cancellationToken)
    {
        // The cache has done with a key's characters when the call returns, even when its task is not done.
        var writer = new CacheKeyWriter(_head, stackalloc char[CacheKeyWriter.MaxLength]);
        try
        {
            Write(ref writer, in arguments);
            return _cache.GetOrSetAsync(
                writer.Finish(),
                (Function: this, Arguments: arguments),
                static (call, token) => call.Function.CallAsync!(call.Arguments, token),
                _ttl,
                _options,
                cancellationToken);
        }
        finally
        {
            writer.Dispose();
        }
    }

    // What nobody else can ever read is not worth a store's room.
    private static EntryOptions InMemory(EntryOptions? options) =>
        options is { Tiers: not null } ? options : (options ?? new EntryOptions()) with { Tiers = Tiers.Memory };

    private void Write(ref CacheKeyWriter writer, in TArguments arguments)
    {
        int position = 0;
        try
        {
            arguments.WriteTo(ref writer, ref position);
        }
        catch (Exception exception)
        {
            Type type = typeof(TArguments).GetGenericArguments()[position - 1];
            throw new ArgumentException($"Argument {position} ({type}) of the memoized function '{_description}' cannot be part of its key. {exception.Message}", nameof(arguments), exception);
        }
    }
}
