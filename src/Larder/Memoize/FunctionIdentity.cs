using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Larder.Keys;

namespace Larder.Memoize;

/// <summary>
/// What the keys of a memoized function begin with: its name if it was given one; otherwise, for a method, its
/// declaring type, name and signature; otherwise (a lambda, a local function) something that only this delegate has.
/// </summary>
/// <remarks>
/// A compiler numbers lambdas by where they stand: after the next build the same number may mean another one, whose
/// results must not be mistaken for this one's. So a lambda without a name gets an identity that no other delegate and
/// no other process has. The C# compiler makes one delegate of a lambda that captures nothing, however often the code
/// runs, and a new one each time of a lambda that captures something.
/// </remarks>
internal static class FunctionIdentity
{
    private static readonly ConditionalWeakTable<Delegate, string> OfThisProcess = [];

    /// <summary>The head of the function's keys.</summary>
    /// <param name="function">The function.</param>
    /// <param name="name">The name given to it, if any.</param>
    /// <param name="isStable">Whether another build or process gives the same function the same head.</param>
    public static string HeadOf(Delegate function, string? name, out bool isStable)
    {
        isStable = true;
        if (name is not null)
            return CacheKeyWriter.CreateHead(name);
        if (function.Method is { DeclaringType: not null } method && !IsCompilerGenerated(method))
            return CacheKeyWriter.CreateHead($"{method.DeclaringType!.Name}.{method.Name}", SignatureOf(function, method));
        isStable = false;
        return OfThisProcess.GetValue(function, static _ => CacheKeyWriter.CreateHead("lambda", Guid.NewGuid().ToString()));
    }

    /// <summary>What to call the function in an error.</summary>
    public static string Describe(Delegate function, string? name) =>
        name ?? $"{function.Method.DeclaringType?.Name}.{function.Method.Name}";

    // The delegate's own type is part of it: a method that takes an object can be called through many.
    private static string SignatureOf(Delegate function, MethodInfo method)
    {
        var signature = new StringBuilder(TypeName.Of(method.DeclaringType!)).Append("::").Append(method.Name);
        if (method.IsGenericMethod)
        {
            foreach (Type argument in method.GetGenericArguments())
                signature.Append('<').Append(TypeName.Of(argument)).Append('>');
        }

        foreach (ParameterInfo parameter in method.GetParameters())
            signature.Append('(').Append(TypeName.Of(parameter.ParameterType)).Append(')');
        return signature.Append(':').Append(TypeName.Of(method.ReturnType)).Append(' ').Append(TypeName.Of(function.GetType())).ToString();
    }

    // C# begins such names with '<', Visual Basic and F# have '$' or '@' in them. None can be in a name that was written.
    private static bool IsCompilerGenerated(MethodInfo method)
    {
        if (IsGeneratedName(method.Name))
            return true;
        for (Type? type = method.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (IsGeneratedName(type.Name))
                return true;
        }

        return false;
    }

    private static bool IsGeneratedName(string name) => name.StartsWith('<') || name.AsSpan().ContainsAny('$', '@');
}
