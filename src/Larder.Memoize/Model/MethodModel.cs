namespace Larder.Memoize.Generation.Model;

/// <summary>A memoized method: all that its generated code depends on, and no symbol.</summary>
internal sealed record MethodModel
{
    public required TypeModel Type { get; init; }

    public required string Name { get; init; }

    /// <summary>The name that its generated members begin with: its own, or one that tells overloads apart.</summary>
    public required string UniqueName { get; init; }

    /// <summary>What its handle is called.</summary>
    public required string HandleName { get; init; }

    /// <summary>What the declaration begins with, up to the return type.</summary>
    public required string Modifiers { get; init; }

    /// <summary>The interface and a dot, when the method implements one explicitly.</summary>
    public string ExplicitInterface { get; init; } = "";

    public required string ReturnType { get; init; }

    public required ReturnShape Shape { get; init; }

    /// <summary>The type of what is cached.</summary>
    public required string ResultType { get; init; }

    public required bool ResultCanBeNull { get; init; }

    public required bool IsStatic { get; init; }

    /// <summary>Its type parameters in angle brackets; empty when there are none.</summary>
    public required string TypeParameters { get; init; }

    public required EquatableArray<string> Constraints { get; init; }

    /// <summary>The constraints that an explicit implementation repeats.</summary>
    public EquatableArray<string> ExplicitConstraints { get; init; }

    public required EquatableArray<ParameterModel> Parameters { get; init; }

    /// <summary>How documentation refers to the method.</summary>
    public required string DocumentationId { get; init; }

    /// <summary>What a reader of keys sees.</summary>
    public required string KeyName { get; init; }

    public required string Signature { get; init; }

    /// <summary>The type parameters of the type and the method, whose arguments are part of the signature.</summary>
    public required EquatableArray<string> TypeArguments { get; init; }

    public required OptionsModel Options { get; init; }

    public required BodyModel Body { get; init; }

    /// <summary>How an instance, or the type, gets at its cache.</summary>
    public required string Cache { get; init; }

    public required ContextSource ContextSource { get; init; }

    /// <summary>The context, as an expression inside the type.</summary>
    public required string Context { get; init; }

    /// <summary>What of the object that the method belongs to is part of the key.</summary>
    public required OwnerKey OwnerKey { get; init; }

    /// <summary>Whether the object is an argument of what writes a key.</summary>
    public bool KeyNeedsOwner => OwnerKey != OwnerKey.None;

    /// <summary><c>public</c> or <c>internal</c>; empty when there is no handle.</summary>
    public required string HandleAccess { get; init; }

    public required bool HidesHandle { get; init; }

    /// <summary>The nested class that holds its description.</summary>
    public string HolderReference => $"{UniqueName}Memo{TypeParameters}";

    /// <summary>What its private members are besides: a method that changes nothing calls none that may.</summary>
    public string HelperModifiers => IsStatic ? "static " : Array.IndexOf(Modifiers.Split(' '), "readonly") >= 0 ? "readonly " : "";

    public string HandleMethod => UniqueName + "Handle";

    public bool KeyMayFail
    {
        get
        {
            foreach (ParameterModel parameter in Parameters)
            {
                if (parameter.KeyMayFail)
                    return true;
            }

            return OwnerKey == OwnerKey.Value;
        }
    }

    public IEnumerable<ParameterModel> KeyParameters => Parameters.Where(static p => p.Role == ParameterRole.Key);

    public ParameterModel? ContextParameter => ContextSource == ContextSource.Parameter ? Find(ParameterRole.Context) : null;

    public string Token => Find(ParameterRole.Token)?.Name ?? "";

    private ParameterModel? Find(ParameterRole role)
    {
        foreach (ParameterModel parameter in Parameters)
        {
            if (parameter.Role == role)
                return parameter;
        }

        return null;
    }
}
