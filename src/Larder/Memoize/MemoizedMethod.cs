using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Larder.Diagnostics;
using Larder.Keys;
using Microsoft.Extensions.Logging;

namespace Larder.Memoize;

/// <summary>What the calls of one generated method have in common. For generated code only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MemoizedMethod
{
    private readonly PartitionHandles _handles;
    private readonly CacheScope? _scope;

    // Whether no key of one number is too long to be kept whole.
    private readonly bool _numbered;

    /// <summary>Describes a method.</summary>
    /// <param name="name">What a reader of keys sees.</param>
    /// <param name="signature">What tells the method apart: assembly, type, method, parameter and return types.</param>
    /// <param name="collection">Where its results are kept; <see langword="null"/> for the cache's own collection.</param>
    /// <param name="scope">Who shares them; <see langword="null"/> for the cache's own partition.</param>
    /// <param name="typeArguments">Those of the type and of the method.</param>
    public MemoizedMethod(string name, string signature, string? collection, CacheScope? scope, params ReadOnlySpan<Type> typeArguments)
    {
        Name = name;
        var full = new StringBuilder(signature);
        foreach (Type argument in typeArguments)
            full.Append('<').Append(TypeName.Of(argument)).Append('>');
        Head = CacheKeyWriter.CreateHead(name, full.ToString());
        _numbered = Head.Length <= CacheKeyWriter.MaxLength - CacheKeyWriter.MostOfNumber;
        _scope = scope;
        _handles = new PartitionHandles(collection, scope);
    }

    /// <summary>What a reader of keys sees.</summary>
    public string Name { get; }

    /// <summary>The beginning of the method's keys.</summary>
    public string Head { get; }

    /// <summary>The pattern of the method's keys and of no others.</summary>
    public string Pattern => CachePattern.Escape(Head) + "*";

    /// <summary>How results are kept.</summary>
    public EntryOptions? Options { get; init; }

    /// <inheritdoc cref="MemoizeAttribute.FailSilently"/>
    public bool? FailSilently { get; init; }

    /// <inheritdoc cref="MemoizeAttribute.Verbose"/>
    public bool Verbose { get; init; }

    /// <summary>The handle of results that everybody shares.</summary>
    public ICache HandleOf(ICache cache) => _handles.Of(cache);

    /// <summary>The handle of the results of one user or organization.</summary>
    /// <exception cref="ArgumentException">The context lacks the id that the scope needs, or is <see langword="null"/>.</exception>
    public ICache HandleOf(ICache cache, UserContext context) => _handles.Of(cache, context);

    /// <summary>The handle of the results of the ambient user or organization.</summary>
    /// <exception cref="InvalidOperationException">No context is ambient.</exception>
    public ICache HandleOfAmbient(ICache cache) =>
        UserContext.Current is { } context
            ? _handles.Of(cache, context)
            : throw new InvalidOperationException($"The memoized method '{Name}' has the scope {_scope}, which needs a user context, and none is ambient. Set one with UserContext.Use, or give the method a parameter of type UserContext.");

    /// <summary>Forgets every result of the method in one partition.</summary>
    /// <param name="handle">The partition's handle.</param>
    public void Clear(ICache handle) => handle.RemoveByPattern(Pattern);

    /// <inheritdoc cref="Clear"/>
    /// <param name="handle">The partition's handle.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask ClearAsync(ICache handle, CancellationToken cancellationToken) =>
        await handle.RemoveByPatternAsync(Pattern, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether a call goes on without the cache when an argument could not be written into its key.</summary>
    public bool Bypasses(ICache cache, Exception error)
    {
        bool silent = FailSilently ?? (cache as Cache)?.FailsSilently ?? true;
        if (silent && cache is Cache known)
            LogMessages.MemoizeBypassed(known.Logger, error, known.Name, Name);
        return silent;
    }

    /// <summary>Logs that a result is looked up.</summary>
    public void Asked(ICache cache, scoped ReadOnlySpan<char> key)
    {
        if (cache is Cache known && known.Logger.IsEnabled(LogLevel.Information))
            LogMessages.MemoizeAsked(known.Logger, known.Name, Name, key.ToString());
    }

    /// <summary>Logs that a result was not found and is computed.</summary>
    public void Computing(ICache cache, string key)
    {
        if (cache is Cache known)
            LogMessages.MemoizeComputing(known.Logger, known.Name, Name, key);
    }

    /// <summary>
    /// Reads a fresh result from memory. A hit needs nothing else: neither the factory and its state nor the cache's
    /// generic method, which is slow to find through an interface. It gives the key's buffer back, too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(ICache cache, scoped ref CacheKeyWriter key, out T value)
    {
        if (cache is Cache known && known.TryHit(ref key, Options, out value))
        {
            key.Release();
            return true;
        }

        Unsafe.SkipInit(out value);
        return false;
    }

    /// <summary>Reads a fresh result from memory, of a method whose key is one number: it need not be written if it is asked for often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(ICache cache, int number, out T value) => TryHit(cache, NumberedKey.Part(number), out value);

    /// <inheritdoc cref="TryHit{T}(ICache, int, out T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(ICache cache, long number, out T value) => TryHit(cache, NumberedKey.Part(number), out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHit<T>(ICache cache, ulong number, out T value)
    {
        if (cache is Cache known && _numbered && known.TryHit(new NumberedKey(Head, number), Options, out value))
            return true;

        Unsafe.SkipInit(out value);
        return false;
    }

    /// <summary>Tells the results of a derived type apart, which may compute something else; those of the declaring type itself need no mark.</summary>
    public static void AppendDerivedType(ref CacheKeyWriter key, object owner, Type declaring)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (owner.GetType() != declaring)
            key.Append(TypeName.Of(owner.GetType()));
    }

    /// <summary>A tag without its empty arguments: a label must have at least one character.</summary>
    public static string[] Tags(params ReadOnlySpan<string> tags)
    {
        var kept = new List<string>(tags.Length);
        foreach (string tag in tags)
        {
            if (tag.Length > 0)
                kept.Add(tag);
        }

        return [.. kept];
    }

    /// <summary>Writes a tag with arguments, the same in every culture.</summary>
    public static string Tag(FormattableString text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
