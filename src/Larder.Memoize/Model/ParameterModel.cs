namespace Larder.Memoize.Generation.Model;

/// <summary>What a parameter of a memoized method is for.</summary>
internal enum ParameterRole
{
    Key,
    Ignored,
    Context,
    Token,
}

/// <summary>A parameter.</summary>
/// <param name="Name">As it is written in code, with <c>@</c> where it is a keyword.</param>
/// <param name="Type">Its full type.</param>
/// <param name="Modifiers">What stands before the type, with a space at the end.</param>
/// <param name="Role">What it is for.</param>
/// <param name="KeyCode">The statements that write it into the key.</param>
/// <param name="KeyMayFail">Whether these can throw.</param>
/// <param name="Default">Its default value with an equals sign; empty when it has none.</param>
/// <param name="Documentation">What its documentation says, as XML; empty when it says nothing.</param>
internal sealed record ParameterModel(string Name, string Type, string Modifiers, ParameterRole Role, string KeyCode = "", bool KeyMayFail = false, string Default = "", string Documentation = "")
{
    public string Declaration => $"{Modifiers}{Type} {Name}";
}
