using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>What a method's documentation says of its parameters, for the members that are generated beside it.</summary>
internal sealed class Documentation
{
    /// <summary>Where nothing is said.</summary>
    public static readonly Documentation None = new([]);

    private readonly Dictionary<string, string> _parameters;

    private Documentation(Dictionary<string, string> parameters) => _parameters = parameters;

    public string this[string parameter] => _parameters.TryGetValue(parameter, out string? text) ? text : "";

    public static Documentation Of(IMethodSymbol method, Declaration declaration)
    {
        if (!declaration.MayTellOfParameters())
            return None;
        string? xml = method.GetDocumentationCommentXml();
        if (xml is null || !xml.Contains("<param"))
            return None;
        try
        {
            var parameters = new Dictionary<string, string>();
            foreach (XElement element in XDocument.Parse(xml).Descendants("param"))
            {
                // A handle need not have the parameter that is meant.
                foreach (XElement reference in element.Descendants("paramref").ToArray())
                    reference.ReplaceWith(new XElement("c", reference.Attribute("name")?.Value));
                if (element.Attribute("name")?.Value is { } name)
                    parameters[name] = string.Join(" ", string.Concat(element.Nodes()).Split(['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
            }

            return new Documentation(parameters);
        }
        catch (XmlException)
        {
            // The compiler warns of it where it stands.
            return None;
        }
    }
}
