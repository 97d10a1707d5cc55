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
/// <param name="KeyLength">The characters that it usually takes of the key.</param>
internal sealed record ParameterModel(string Name, string Type, string Modifiers, ParameterRole Role, string KeyCode, bool KeyMayFail, int KeyLength)
{
    public string Declaration => $"{Modifiers}{Type} {Name}";
}
