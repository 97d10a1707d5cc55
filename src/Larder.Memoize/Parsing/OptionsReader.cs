using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Reads what the attribute says, and checks the ranges.</summary>
internal static class OptionsReader
{
    private const double MostSeconds = 900_000_000_000; // What a TimeSpan holds, roughly.

    public static OptionsModel Read(AttributeData attribute, IMethodSymbol method, Findings findings)
    {
        var options = new OptionsModel();
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            object? value = argument.Value.Kind == TypedConstantKind.Array ? null : argument.Value.Value;
            options = argument.Key switch
            {
                "TtlSeconds" => options with { TtlSeconds = Span(argument.Key, value, least: double.Epsilon) },
                "SlidingSeconds" => options with { SlidingSeconds = Span(argument.Key, value, least: double.Epsilon, finite: true) },
                "GraceSeconds" => options with { GraceSeconds = Span(argument.Key, value, least: 0, finite: true) },
                "KeyPrefix" => options with { KeyPrefix = Text(argument.Key, value) },
                "Collection" => options with { Collection = Text(argument.Key, value) },
                "Cache" => options with { Cache = Text(argument.Key, value) },
                "IgnoreArguments" => options with { IgnoreArguments = Texts(argument.Value) },
                "Tags" => options with { Tags = Labels(argument.Value) },
                "Scope" => options with { Scope = Scope(value) },
                "Verbose" => options with { Verbose = value is true },
                "FailSilently" => options with { FailSilently = value is true },
                "CacheNull" => options with { CacheNull = value is true },
                _ => options,
            };
        }

        return options;

        double? Span(string option, object? value, double least, bool finite = false)
        {
            if (value is not double seconds)
                return null;
            bool inRange = seconds >= least && (seconds <= MostSeconds || (!finite && double.IsPositiveInfinity(seconds)));
            if (!inRange)
                Wrong(option, seconds, least > 0 ? finite ? "positive" : "positive, or double.PositiveInfinity for ever" : "zero or more");
            return seconds;
        }

        string? Text(string option, object? value)
        {
            if (value is "")
                Wrong(option, "empty", "at least one character long");
            return value as string;
        }

        EquatableArray<string> Labels(TypedConstant value)
        {
            EquatableArray<string> labels = Texts(value);
            if (labels.Any(static label => label.Length == 0))
                Wrong("Tags", "empty in one place", "labels of at least one character");
            return labels;
        }

        string? Scope(object? value)
        {
            string? scope = value switch { 0 => "Global", 1 => "Organization", 2 => "User", _ => null };
            if (scope is null)
                Wrong("Scope", value ?? "null", "CacheScope.Global, Organization or User");
            return scope;
        }

        void Wrong(string option, object value, string range) =>
            findings.Add(Rules.InvalidOption, attribute, method, option, method.Name, FormattableString.Invariant($"{value}"), range);
    }

    private static EquatableArray<string> Texts(TypedConstant value) =>
        value.Kind == TypedConstantKind.Array && !value.IsNull ? value.Values.Select(static item => item.Value as string ?? "").ToEquatableArray() : default;
}
