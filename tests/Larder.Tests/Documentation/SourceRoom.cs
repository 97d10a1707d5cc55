using System.Text.RegularExpressions;

namespace Larder.Tests.Documentation;

/// <summary>The rooms of src/Larder as the sources have them: which types each declares, and which of the others' it names.</summary>
/// <remarks>
/// Read from the text. A name counts as a type's when a type of that name is declared in another room, is visible
/// (its namespace is imported, or encloses the file's), and the file does not declare a member of that name and
/// another type. Comments and strings do not count.
/// </remarks>
internal sealed partial class SourceRoom
{
    private readonly List<SourceFile> _files = [];

    private SourceRoom(string name) => Name = name;

    public string Name { get; }

    public IReadOnlyList<SourceFile> Files => _files;

    /// <summary>Reads every source file under a folder.</summary>
    /// <param name="folder">The project's folder.</param>
    /// <param name="roomOf">The room of a file, given its folder (empty for the project's own) and its name up to the first dot.</param>
    public static IReadOnlyList<SourceRoom> Read(string folder, Func<string, string, string> roomOf)
    {
        var rooms = new Dictionary<string, SourceRoom>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string[] parts = Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar);
            if (parts[0] is "obj" or "bin")
                continue;
            string name = roomOf(parts.Length == 1 ? "" : parts[0], parts[^1].Split('.')[0]);
            if (!rooms.TryGetValue(name, out SourceRoom? room))
                rooms.Add(name, room = new SourceRoom(name));
            room._files.Add(SourceFile.Parse(string.Join('/', parts), File.ReadAllText(path)));
        }

        return [.. rooms.Values];
    }

    /// <summary>The other rooms whose types this one names, with one place where it does.</summary>
    public IReadOnlyDictionary<string, string> Knows(IReadOnlyList<SourceRoom> all)
    {
        HashSet<string> own = [.. _files.SelectMany(file => file.Declared)];
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (SourceRoom other in all.Where(room => room != this))
        {
            foreach (SourceFile declaring in other._files)
            {
                foreach (SourceFile file in _files.Where(file => file.Sees(declaring.Namespace)))
                {
                    if (declaring.Declared.FirstOrDefault(type => file.Named.Contains(type) && !own.Contains(type)) is { } type)
                        known.TryAdd(other.Name, $"{file.Path} names {type} of {declaring.Path}");
                }
            }
        }

        return known;
    }

    internal sealed record SourceFile(string Path, string Namespace, HashSet<string> Declared, HashSet<string> Named, HashSet<string> Imported)
    {
        public static SourceFile Parse(string path, string source)
        {
            string code = Text().Replace(Comment().Replace(source, ""), "");
            HashSet<string> imported = [.. Import().Matches(code).Select(match => match.Groups["namespace"].Value)];
            code = Import().Replace(code, "");
            HashSet<string> members = [.. Member().Matches(code).Where(match => match.Groups["type"].Value != match.Groups["name"].Value).Select(match => match.Groups["name"].Value)];
            return new SourceFile(
                path,
                NamespaceLine().Match(code).Groups["namespace"].Value,
                [.. Declaration().Matches(code).Select(match => match.Groups["name"].Value)],
                [.. Identifier().Matches(code).Select(match => match.Value).Where(name => !members.Contains(name))],
                imported);
        }

        public bool Sees(string wanted) =>
            Namespace == wanted || Namespace.StartsWith(wanted + ".", StringComparison.Ordinal) || Imported.Contains(wanted);
    }

    [GeneratedRegex("//.*", RegexOptions.None, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Comment();

    [GeneratedRegex("\"(\\\\.|[^\"\\\\\n])*\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Text();

    [GeneratedRegex(@"^using (static )?(?<namespace>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Import();

    [GeneratedRegex(@"^namespace (?<namespace>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\b(class|interface|enum|record( struct)?|struct|delegate \S+) (?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Declaration();

    // A type, a space, a name that is not called as a constructor: a field, a property, a method, an enum's own is none.
    [GeneratedRegex(@"(?<type>\b(?!(new|return|is|as|not|or|and|case|when|throw|in|out|ref|readonly|static|sealed|abstract|partial|public|internal|private|protected|async|await|const|class|interface|enum|record|struct|event|where|typeof|using|override|virtual|volatile|unsafe|else|switch|yield|params|this)\b)[\w.]+)([<\[?][^\s=;(){}]*)? (?<name>[A-Z]\w*)\b(?= *([;={(,)]|=>))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Member();

    [GeneratedRegex(@"(?<![.\w])[A-Z]\w*", RegexOptions.None, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Identifier();
}
