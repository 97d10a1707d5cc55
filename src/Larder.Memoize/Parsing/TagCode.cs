using System.Text;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Tags with <c>{argument}</c> in them.</summary>
internal static class TagCode
{
    /// <summary>What is wrong with a tag; <see langword="null"/> when nothing is.</summary>
    public static string? Problem(string tag, IMethodSymbol method)
    {
        foreach (string part in Split(tag))
        {
            if (part == "{")
                return "has a brace without its counterpart";
            if (part.StartsWith("{", StringComparison.Ordinal))
            {
                string name = part.Substring(1, part.Length - 2);
                if (method.Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
                    return $"names '{name}'";
                if (!KeyTypes.IsScalar(KeyTypes.NullableOf(parameter.Type) ?? parameter.Type))
                    return $"names '{name}', which is no single value";
            }
        }

        return null;
    }

    /// <summary>The expression of a tag.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="access">The expression of an argument.</param>
    public static string Expression(string tag, Func<string, string> access)
    {
        if (!tag.Contains("{"))
            return Names.Literal(tag);
        var code = new StringBuilder("global::Larder.Memoize.MemoizedMethod.Tag($\"");
        foreach (string part in Split(tag))
        {
            if (part.StartsWith("{", StringComparison.Ordinal))
                code.Append('{').Append(access(Names.Escape(part.Substring(1, part.Length - 2)))).Append('}');
            else
                code.Append(Inside(Names.Literal(part)));
        }

        return code.Append("\")").ToString();
    }

    private static string Inside(string literal) => literal.Substring(1, literal.Length - 2);

    // Texts and arguments, these with their braces; a brace that is alone comes as "{".
    private static IEnumerable<string> Split(string tag)
    {
        int at = 0;
        while (at < tag.Length)
        {
            int open = tag.IndexOf('{', at);
            int end = open < 0 ? tag.Length : open;
            if (tag.IndexOf('}', at, end - at) >= 0)
                yield return "{";
            if (end > at)
                yield return tag.Substring(at, end - at);
            if (open < 0)
                yield break;
            int close = tag.IndexOf('}', open);
            if (close < 0)
            {
                yield return "{";
                yield break;
            }

            yield return tag.Substring(open, close - open + 1);
            at = close + 1;
        }
    }
}
