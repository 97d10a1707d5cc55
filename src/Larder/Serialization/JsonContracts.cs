using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Larder.Serialization;

/// <summary>The JSON contracts that values are written and read by, and the one place that may fall back on reflection.</summary>
/// <remarks>
/// Every contract is asked for by the type that the caller names, so nothing in a payload chooses a type, except
/// among the derived types that this contract itself declares (<see cref="JsonDerivedTypeAttribute"/>).
/// </remarks>
internal sealed class JsonContracts
{
    private const int DefaultMaxDepth = 64;

    // One idle writer a thread, and whose options it was made with. It is taken out while in use, so a
    // converter that serializes with this cache again finds none and makes its own.
    [ThreadStatic]
    private static (JsonContracts Owner, Utf8JsonWriter? Writer) _idle;

    private readonly JsonSerializerOptions _options;
    private readonly JsonWriterOptions _writerOptions;
    private readonly bool _lacksReflection;

    /// <param name="options">The caller's, or <see langword="null"/> for Larder's.</param>
    /// <param name="reflection">Whether contracts may be made by reflection where the options bring none.</param>
    public JsonContracts(JsonSerializerOptions? options, bool reflection)
    {
        if (options is { IsReadOnly: true })
        {
            _options = options;
        }
        else
        {
            _options = options is null ? Defaults() : new JsonSerializerOptions(options);
            _lacksReflection = _options.TypeInfoResolver is null && !reflection;
            _options.TypeInfoResolver ??= reflection ? Reflection() : PrimitiveContracts.Default;
            _options.MakeReadOnly();
        }

        MaxDepth = _options.MaxDepth == 0 ? DefaultMaxDepth : _options.MaxDepth;
        _writerOptions = new JsonWriterOptions
        {
            Encoder = _options.Encoder,
            Indented = _options.WriteIndented,
            IndentCharacter = _options.IndentCharacter,
            IndentSize = _options.IndentSize,
            NewLine = _options.NewLine,
            MaxDepth = MaxDepth,
            SkipValidation = true,
        };
    }

    /// <summary>How deep arrays and objects may nest.</summary>
    public int MaxDepth { get; }

    public void Write<T>(T value, IBufferWriter<byte> output)
    {
        JsonTypeInfo<T> contract = ContractOf<T>();
        Utf8JsonWriter writer = Rent(output);
        JsonSerializer.Serialize(writer, value, contract);
        writer.Flush();
        // A writer that threw is not kept; it holds no unmanaged or pooled memory.
        Return(writer);
    }

    public T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ContractOf<T>())!;

    /// <summary>
    /// Larder's own options. Fields are included because a value tuple has nothing else, and without them it would
    /// be stored as <c>{}</c>; NaN and the infinities are values, too; the bytes never reach a browser, so
    /// nothing is escaped that JSON does not require.
    /// </summary>
    private static JsonSerializerOptions Defaults() => new()
    {
        IncludeFields = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reached only when JsonSerializer.IsReflectionEnabledByDefault: the application was published with reflection-based contracts on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above; an application published ahead of time has them off unless it opts in.")]
    private static DefaultJsonTypeInfoResolver Reflection() => new();

    private JsonTypeInfo<T> ContractOf<T>()
    {
        try
        {
            return (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));
        }
        catch (NotSupportedException e) when (_lacksReflection)
        {
            throw new NotSupportedException($"There is no JSON contract for {typeof(T)}, and reflection-based contracts are off in this application. Declare the type in a JsonSerializerContext ([JsonSerializable(typeof({typeof(T).Name}))]) and use CacheSerializers.Json(context).", e);
        }
    }

    private Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        (JsonContracts owner, Utf8JsonWriter? idle) = _idle;
        if (idle is null || owner != this)
            return new Utf8JsonWriter(output, _writerOptions);
        _idle = default;
        idle.Reset(output);
        return idle;
    }

    private void Return(Utf8JsonWriter writer)
    {
        // The idle writer must not keep the caller's buffer alive.
        writer.Reset(NoBuffer.Instance);
        _idle = (this, writer);
    }

    private sealed class NoBuffer : IBufferWriter<byte>
    {
        public static readonly NoBuffer Instance = new();

        public void Advance(int count) => throw new NotSupportedException();

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();
    }
}
